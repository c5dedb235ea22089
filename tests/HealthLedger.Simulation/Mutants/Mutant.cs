using HealthLedger.Consensus.Replica;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Mutants;

/// <summary>A plausible mistake that the simulation must notice.</summary>
/// <param name="Name">As PROTOCOL section 4 calls it.</param>
/// <param name="RulesOf">The rules with the mistake, for one schedule.</param>
/// <param name="Shape">Turns a random plan into one where the mistake can matter; the right rules must survive the same plans.</param>
internal sealed record Mutant(string Name, Func<SimWorld, SafetyRules> RulesOf, Func<Plan, Plan> Shape)
{
    /// <summary>False: a Prepare can be passed off as a Commit.</summary>
    public bool BindsKind { get; init; } = true;

    /// <summary>True: a vote of who had that index in the configuration before is taken.</summary>
    public bool TakesFormer { get; init; }

    /// <summary>True: who has lost its vote log starts like one who never had any.</summary>
    public bool ForgetsLoss { get; init; }

    /// <summary>False: nobody waits for a stop sign that is due.</summary>
    public bool SignsWait { get; init; } = true;

    /// <summary>The same plans under the right rules.</summary>
    public Mutant Control => new("control", _ => SafetyRules.Standard, Shape);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
