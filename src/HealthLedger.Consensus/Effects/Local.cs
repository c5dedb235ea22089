using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Effects;

/// <summary>Append to both files of the vote log. A <see cref="Prepared"/> record takes the block's bytes with it.</summary>
public sealed record Persist(VoteRecord Record) : Effect;

/// <summary>Check and execute this block on top of its parent, which is executed; answer with <see cref="Executed"/>. It stays an overlay until committed.</summary>
/// <param name="Block">The block.</param>
/// <param name="Certified">q members have found it valid before: clock and freshness of the directory do not matter any more.</param>
public sealed record Execute(BlockInfo Block, bool Certified) : Effect;

/// <summary>
/// Find this block and its ancestors down to something executed: in the own store and vote log first, then from several peers by hash.
/// Report each with <see cref="Executed"/>, parents first. For a long way, fetch ranges of at most 64 that end with a certificate and step
/// a <see cref="DecideCall"/> for each after its blocks. Repeated while needed.
/// </summary>
/// <param name="Block">The hash to link back from.</param>
/// <param name="Height">Its height.</param>
/// <param name="Committed">The commit certificate that names it, when it has one.</param>
public sealed record Fetch(Hash32 Block, long Height, Certificate? Committed) : Effect;

/// <summary>
/// These executed blocks are committed, ascending, by a certificate of the last: apply their changes, drop overlays that do not descend
/// from it, answer clients once the certificate's record before it is durable.
/// </summary>
public sealed record Commit(Certificate Certificate, BlockInfo[] Blocks) : Effect;

/// <summary>The own shard actor may try to lead: start a <c>LeaderMachine</c> with a fresh random leader id.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Complaints">The evidence; empty in the first epoch of a configuration.</param>
public sealed record MayLead(Epoch Epoch, Complaint[] Complaints) : Effect;

/// <summary>q promises or a commit certificate of this epoch were seen: step <see cref="HigherEpoch"/> to leaders of lower ones; forward statements to its leader.</summary>
public sealed record EpochProven(Epoch Epoch) : Effect;

/// <summary>
/// A certificate of a configuration that is not known here was shown: ask other members for the configurations since the genesis, check them,
/// and let <see cref="IMembership"/> know them. Repeated, at most every 500 ms, while it is so.
/// </summary>
/// <param name="Config">Its number; a liar may have made it up.</param>
public sealed record ConfigurationMissing(int Config) : Effect;

/// <summary>Whether this replica votes has changed (rule 9); report it.</summary>
public sealed record ModeChanged(ReplicaMode Mode) : Effect;

/// <summary>To a leader's shell: find the bytes of this block (own store, then those who certified it), answer with <see cref="BaseFound"/>. Repeated while needed.</summary>
public sealed record FetchBase(Hash32 Block, long Height, Certificate Certificate) : Effect;

/// <summary>
/// To a leader's shell: blocks may now be built on this one (after the own replica has executed it), up to the window. On the stop sign of the
/// configuration before at once, with nothing in it if nothing waits: until then the old members may not retire (rule 10).
/// </summary>
public sealed record Ready(BlockRef Parent) : Effect;

/// <summary>To a leader's shell: this attempt is over.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Reason">Why.</param>
public sealed record LeaderEnded(Epoch Epoch, LeaderEnd Reason) : Effect;

/// <summary>Why an attempt to lead ended.</summary>
public enum LeaderEnd : byte
{
    /// <summary>A higher epoch is proven (rule 7).</summary>
    HigherEpoch,

    /// <summary>The epoch is promised to another activation of the same member.</summary>
    OtherActivation,

    /// <summary>Asked to hand over.</summary>
    HandedOver,

    /// <summary>The stop sign is committed; the next configuration has leaders of its own.</summary>
    ConfigurationEnded,
}

/// <summary>Whether a replica votes.</summary>
public enum ReplicaMode : byte
{
    /// <summary>Just started: asks the others what they hold of its own (rule 9).</summary>
    Recovering,

    /// <summary>Promises, votes, complains.</summary>
    Voting,

    /// <summary>
    /// Its vote log is lost, or older than what it has signed, or it is not a member of the configuration: it follows commits, answers
    /// <see cref="StatusCall"/>, and signs nothing that counts.
    /// </summary>
    Following,
}
