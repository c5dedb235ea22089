using HealthLedger.Consensus.Replica;

namespace HealthLedger.Simulation.Mutants;

/// <summary>A plausible mistake that the simulation must notice.</summary>
internal sealed record Mutant(string Name, SafetyRules Rules)
{
    /// <summary>False: a Prepare can be passed off as a Commit.</summary>
    public bool BindsKind { get; init; } = true;

    /// <summary>False: Commits of different epochs add up.</summary>
    public bool BindsEpoch { get; init; } = true;
}
