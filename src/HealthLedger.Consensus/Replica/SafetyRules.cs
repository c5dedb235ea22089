using HealthLedger.Consensus.Log;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <summary>
/// The decisions that safety and liveness hang on, each in one place. Production uses <see cref="Standard"/>; the simulation replaces
/// one at a time by a plausible mistake and must notice.
/// </summary>
internal class SafetyRules
{
    /// <summary>The rules as PROTOCOL section 4 has them.</summary>
    public static readonly SafetyRules Standard = new();

    /// <summary>q of n.</summary>
    public virtual int QuorumOf(int members) => Quorum.Size(members);

    /// <summary>q among the members of one configuration, which alone count in its epochs.</summary>
    public virtual int QuorumIn(IMembership membership, int config) => QuorumOf(membership.Count(config));

    /// <summary>Rule 10: an epoch is promised in the configuration that the committed stop sign opened, by who is level with the sign.</summary>
    public virtual bool MayPromise(Epoch epoch, int config, bool isLevel) => epoch.Config == config && isLevel;

    /// <summary>Rule 10: what a promise above a stop sign must show. The sign's own certificate is the last one of the configuration before.</summary>
    public virtual bool IsLevel(Promise promise, int firstConfig) =>
        promise.Epoch.Config == firstConfig || promise.Lock?.Epoch.Config == promise.Epoch.Config
        || promise.Committed?.Epoch.Config >= promise.Epoch.Config - 1;

    /// <summary>Rule 10: nothing of its own configuration comes above a stop sign.</summary>
    public virtual bool EndsConfiguration(bool isStop) => isStop;

    /// <summary>Rule 10: until the members of a new configuration have committed a block, that block is waited for.</summary>
    public virtual bool WaitsForFirstBlock => true;

    /// <summary>Rule 9: who starts, or joins, asks what is held of its own before it votes.</summary>
    public virtual bool AsksBeforeVoting => true;

    /// <summary>Rule 2: a call of an epoch below the promised one is refused.</summary>
    public virtual bool IsFenced(Epoch call, Epoch promised) => call < promised;

    /// <summary>Everything a restart needs is written before it is answered.</summary>
    public virtual bool MustPersist(VoteRecord record) => true;

    /// <summary>Rule 2: the lock that a Promise reports.</summary>
    public virtual Certificate? ReportedLock(Certificate? held) => held;

    /// <summary>Rule 2: whether an epoch may be entered on proof; no other guard than its being higher.</summary>
    public virtual bool MayEnter(Epoch epoch, Epoch promised, bool upToDate) => epoch > promised;

    /// <summary>Rule 3: the base that q promises give.</summary>
    public virtual BaseChoice ChooseBase(Promise[] promises, BlockRef genesis) => BaseChoice.Of(promises, genesis);

    /// <summary>Rule 3: the first proposal is what the promises ask for.</summary>
    public virtual bool FollowsBase(BaseChosen chosen, BlockInfo block) =>
        chosen.VoteAgain ? block.Ref == chosen.Block : block.Parent == chosen.Block.Hash && block.Height == chosen.Block.Height + 1;

    /// <summary>Rule 5: a lock is taken only on a prepare certificate of this very epoch.</summary>
    public virtual bool MayLock(Certificate prepared, Epoch epoch) => prepared.Epoch == epoch;

    /// <summary>Rule 6: which epoch a commit must be of to count for a certificate.</summary>
    public virtual bool CountsFor(Epoch vote, Epoch certificate) => vote == certificate;

    /// <summary>Section 3: the clock is asked only about a block that has no certificate yet.</summary>
    public virtual bool AsksClock(bool certified) => !certified;

    /// <summary>Rule 7: a Nack alone makes no leader step down.</summary>
    public virtual bool StepsDownOn(Nack nack, Epoch own) => false;
}
