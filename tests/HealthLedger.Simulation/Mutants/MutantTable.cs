using HealthLedger.Consensus.Replica;
using HealthLedger.Simulation.Liars;
using HealthLedger.Simulation.World;
using static HealthLedger.Simulation.Mutants.BrokenRules;

namespace HealthLedger.Simulation.Mutants;

/// <summary>The mistakes that PROTOCOL section 4 lists. "Commits mixed across epochs" has a directed test of its own.</summary>
internal static class MutantTable
{
    private const Acts Rough = Acts.Crash | Acts.Partition | Acts.Pause | Acts.ActorRestart | Acts.HandOver;

    /// <summary>All of them.</summary>
    public static readonly Mutant[] All =
    [
        new("lock not persisted", _ => new LockNotPersisted(), NoLies),
        new("lock hidden", _ => new LockHidden(), NoLies),
        new("base unchecked", _ => new BaseUnchecked(), plan => Lying(plan, Lies.Equivocate)),
        new("base by height alone", _ => new BaseByHeightAlone(), plan => NoLies(plan) with { Statements = 20 }),
        new("base not re-proposed", _ => new BaseNotReproposed(), plan => NoLies(plan) with { StatementsAfter = 0 }),
        new("no fence", _ => new NoFence(), NoLies),
        new("amnesia", _ => new Amnesia(), NoLies),
        new("q = 2f+1 at n = 6", _ => new TwoFaultsAndOne(), plan => Lying(plan with { Members = 6 }, Lies.Equivocate)),
        new("step down on one bare Nack", _ => new StepsDownOnNack(), plan => Lying(plan with { Members = 4 }, Lies.Nack)),
        new("a guard that locks a replica out after a partition", _ => new LocksOut(), NoLies),
        new("stop sign lost with its leader", world => new StopSignLost(world), plan => NoLies(plan) with { StopSigns = 2 }),
        new("lock preferred to a higher commit across a reconfiguration", _ => new LockPreferred(), plan => NoLies(plan) with { StopSigns = 2 }),
        new("lock on an older prepare certificate", _ => new LocksOnOlder(), plan => Lying(plan, Lies.Equivocate)),
        new("votes without a kind", _ => SafetyRules.Standard, plan => Lying(plan, Lies.Equivocate)) { BindsKind = false },
        new("clock check on a certified block", _ => new ClockOnCertified(), plan => NoLies(plan) with { Outage = 7_000 }),
    ];

    private static Plan NoLies(Plan plan) => plan with
    {
        Members = Math.Max(3, plan.Members), Liars = 0, Lies = Lies.None, Nemesis = 60 + (int)(plan.Seed % 200), Acts = Rough, Drop = Math.Max(50, plan.Drop),
    };

    private static Plan Lying(Plan plan, Lies lies)
    {
        int members = Math.Max(4, plan.Members);
        return plan with { Members = members, Liars = 1u << (int)(plan.Seed % (ulong)members), Lies = lies, Nemesis = 100, Acts = Rough, Drop = 50 };
    }
}
