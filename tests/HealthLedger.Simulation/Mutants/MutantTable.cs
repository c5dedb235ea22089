using HealthLedger.Consensus.Replica;
using HealthLedger.Simulation.Liars;
using HealthLedger.Simulation.Engine;
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
        new("base by height alone", _ => new BaseByHeightAlone(), plan => NoLies(plan) with { Statements = 40, Chaos = 4_000 }),
        new("base not re-proposed", _ => new BaseNotReproposed(), plan => NoLies(plan) with { StatementsAfter = 0 }),
        new("no fence", _ => new NoFence(), NoLies),
        new("amnesia", _ => new Amnesia(), NoLies),
        new("q = 2f+1 at n = 6", _ => new TwoFaultsAndOne(), plan => Lying(plan with { Members = 6 }, Lies.Equivocate)),
        new("step down on one bare Nack", _ => new StepsDownOnNack(), plan => Lying(plan with { Members = 4 }, Lies.Nack)),
        new("a guard that locks a replica out after a partition", _ => new LocksOut(), NoLies),
        new("stop sign lost with its leader", world => new StopSignLost(world), plan => Changing(NoLies(plan), Changes.None)),
        new("lock preferred to a higher commit across a reconfiguration", _ => new LockPreferred(), plan => Changing(NoLies(plan), Changes.None)),
        new("lock on an older prepare certificate", _ => new LocksOnOlder(), plan => Lying(plan, Lies.Equivocate)),
        new("votes without a kind", _ => SafetyRules.Standard, plan => Lying(plan, Lies.Equivocate)) { BindsKind = false },
        new("clock check on a certified block", _ => new ClockOnCertified(), plan => NoLies(plan) with { Outage = 7_000 }),
        new("quorum of the old configuration above the stop sign", _ => new FormerQuorum(), plan => Changing(NoLies(plan), Changes.Add)),
        new("a removed member's votes counted", _ => SafetyRules.Standard, plan => Changing(Lying(plan, Lies.Ghost), Changes.Remove | Changes.Replace)) { TakesFormer = true },
        new("new leader not level with the stop sign", _ => new NotLevel(), plan => Changing(NoLies(plan), Changes.Turnover)),
        new("blocks above an uncommitted stop sign", _ => new SignOverrun(), plan => Changing(NoLies(plan), Changes.Replace)),
        new("a joiner with an empty log where it was a member before", _ => new NoQuestion(), plan => Changing(Losing(plan), Changes.Remove | Changes.Add)) { ForgetsLoss = true },
        new("nobody waits for a stop sign", _ => SafetyRules.Standard, plan => Changing(Lying(plan, Lies.Censor), Changes.None)) { SignsWait = false },
        new("nobody waits for the first block above a stop sign", _ => new NoFirstBlock(), plan => Late(Changing(NoLies(plan), Changes.Replace))),
    ];

    private static Plan NoLies(Plan plan) => plan with
    {
        Members = Math.Max(3, plan.Members), Liars = 0, Lies = Lies.None, Nemesis = 60 + (int)(plan.Seed % 200), Acts = Rough, Drop = Math.Max(50, plan.Drop),
    };

    private static Plan Losing(Plan plan) => NoLies(plan) with { Members = Math.Max(4, plan.Members), Acts = Rough | Acts.RestoreLog, Chaos = Math.Max(2_000, plan.Chaos) };

    private static Plan Changing(Plan plan, Changes kinds)
    {
        Change[] changes = Plan.DrawChanges(new SimRandom(plan.Seed));
        return plan with { Changes = [.. changes.Select(change => change with { Kinds = kinds })] };
    }

    private static Plan Late(Plan plan) =>
        plan with { Statements = 2, StatementsAfter = 0, Changes = [.. plan.Changes.Take(1).Select(change => change with { At = 800 + change.At / 5 })] };

    private static Plan Lying(Plan plan, Lies lies)
    {
        int members = Math.Max(4, plan.Members);
        return plan with { Members = members, Liars = 1u << (int)(plan.Seed % (ulong)members), Lies = lies, Nemesis = 100, Acts = Rough, Drop = 50 };
    }
}
