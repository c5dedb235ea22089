using HealthLedger.Consensus;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Mutants;

/// <summary>The rules, each with one mistake.</summary>
internal static class BrokenRules
{
    /// <summary>The lock is kept in memory only.</summary>
    public sealed class LockNotPersisted : SafetyRules
    {
        public override bool MustPersist(VoteRecord record) => record is not Locked;
    }

    /// <summary>Nothing but commits is remembered over a restart.</summary>
    public sealed class Amnesia : SafetyRules
    {
        public override bool MustPersist(VoteRecord record) => record is CommitKnown or Entered;
    }

    /// <summary>Promises report no lock.</summary>
    public sealed class LockHidden : SafetyRules
    {
        public override Certificate? ReportedLock(Certificate? held) => null;
    }

    /// <summary>The first proposal of an epoch is taken as it comes.</summary>
    public sealed class BaseUnchecked : SafetyRules
    {
        public override bool FollowsBase(BaseChosen chosen, BlockInfo block) => true;
    }

    /// <summary>The highest block wins, whatever its epoch.</summary>
    public sealed class BaseByHeightAlone : SafetyRules
    {
        public override BaseChoice ChooseBase(Promise[] promises, BlockRef genesis) =>
            Best(promises, genesis, (left, right) => (left?.Height ?? -1).CompareTo(right?.Height ?? -1));
    }

    /// <summary>The configuration is left out of the order: an old lock with a high counter beats a commit of the new configuration.</summary>
    public sealed class LockPreferred : SafetyRules
    {
        public override BaseChoice ChooseBase(Promise[] promises, BlockRef genesis) =>
            Best(promises, genesis, (left, right) => (left?.Epoch.Counter ?? -1, left?.Height ?? -1).CompareTo((right?.Epoch.Counter ?? -1, right?.Height ?? -1)));
    }

    /// <summary>A stop sign that is not known to be committed is dropped: the next leader builds on the block below.</summary>
    public sealed class StopSignLost(SimWorld world) : SafetyRules
    {
        public override BaseChoice ChooseBase(Promise[] promises, BlockRef genesis)
        {
            BaseChoice right = BaseChoice.Of(promises, genesis);
            if (!right.VoteAgain || !world.Blocks.TryGetValue(right.Block.Hash, out Engine.SimBlock? block) || !block.Info.IsStop) return right;
            return right with { Block = block.Parent!.Info.Ref, VoteAgain = false };
        }
    }

    /// <summary>The base counts as done: the next block goes on top of it at once.</summary>
    public sealed class BaseNotReproposed : SafetyRules
    {
        public override BaseChoice ChooseBase(Promise[] promises, BlockRef genesis) => BaseChoice.Of(promises, genesis) with { VoteAgain = false };
    }

    /// <summary>Calls of older epochs are followed.</summary>
    public sealed class NoFence : SafetyRules
    {
        public override bool IsFenced(Epoch call, Epoch promised) => false;
    }

    /// <summary>2f + 1, which is right for 4 and 7 members only.</summary>
    public sealed class TwoFaultsAndOne : SafetyRules
    {
        public override int QuorumOf(int members) => 2 * Quorum.Faults(members) + 1;
    }

    /// <summary>Any Nack that names a higher epoch deposes a leader.</summary>
    public sealed class StepsDownOnNack : SafetyRules
    {
        public override bool StepsDownOn(Nack nack, Epoch own) => nack.Promised > own;
    }

    /// <summary>Who is locked on something uncommitted enters no other epoch.</summary>
    public sealed class LocksOut : SafetyRules
    {
        public override bool MayEnter(Epoch epoch, Epoch promised, bool upToDate) => epoch > promised && upToDate;
    }

    /// <summary>Any prepare certificate of the block will do.</summary>
    public sealed class LocksOnOlder : SafetyRules
    {
        public override bool MayLock(Certificate prepared, Epoch epoch) => prepared.Epoch <= epoch;
    }

    /// <summary>The clock is asked about a block that q members have found valid before.</summary>
    public sealed class ClockOnCertified : SafetyRules
    {
        public override bool AsksClock(bool certified) => true;
    }

    /// <summary>Commits of other epochs count.</summary>
    public sealed class CommitsMixed : SafetyRules
    {
        public override bool CountsFor(Epoch vote, Epoch certificate) => vote.Config == certificate.Config;
    }

    /// <summary>Above a stop sign, as many votes as below it make a certificate.</summary>
    public sealed class FormerQuorum : SafetyRules
    {
        public override int QuorumIn(IMembership membership, int config) =>
            QuorumOf(membership.Count(config - 1) is > 0 and var former ? former : membership.Count(config));
    }

    /// <summary>Who is to be a member promises before it has the stop sign.</summary>
    public sealed class NotLevel : SafetyRules
    {
        public override bool MayPromise(Epoch epoch, int config, bool isLevel) => epoch.Config >= config;

        public override bool IsLevel(Promise promise, int firstConfig) => true;
    }

    /// <summary>A stop sign is a block like any other to the members that it ends.</summary>
    public sealed class SignOverrun : SafetyRules
    {
        public override bool EndsConfiguration(bool isStop) => false;
    }

    /// <summary>Who starts or joins votes at once.</summary>
    public sealed class NoQuestion : SafetyRules
    {
        public override bool AsksBeforeVoting => false;
    }

    /// <summary>Nobody misses the first block of a configuration.</summary>
    public sealed class NoFirstBlock : SafetyRules
    {
        public override bool WaitsForFirstBlock => false;
    }

    private static BaseChoice Best(Promise[] promises, BlockRef genesis, Comparison<Certificate?> order)
    {
        Certificate? highest = null, committed = null;
        foreach (Promise promise in promises)
        {
            if (order(promise.Lock, highest) > 0) highest = promise.Lock;
            if (order(promise.Committed, highest) > 0) highest = promise.Committed;
            if (Certificate.Compare(promise.Committed, committed) > 0) committed = promise.Committed;
        }
        return BaseChoice.With(highest, committed, promises, genesis);
    }
}
