using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// The node's shard actor, as its validator sees it: what leads, and what keeps the statements that wait. Called from the validator's own
/// threads; must only queue.
/// </summary>
public interface IShardLeader
{
    /// <summary>Complaints have opened an epoch that this member leads.</summary>
    void MayLead(Epoch epoch, Complaint[] complaints);

    /// <summary>The epoch before handed over to this member.</summary>
    void HandedOver(HandOver handOver);

    /// <summary>An epoch is proven; leaders of lower ones end.</summary>
    void EpochProven(Epoch epoch);

    /// <summary>Another member leads, or is expected to: statements that wait go to it.</summary>
    void LeaderChanged();

    /// <summary>A promise, vote or nack for the member that leads.</summary>
    void Deliver(Message message);

    /// <summary>A statement that another member forwards.</summary>
    /// <param name="submission">The encoded submission.</param>
    /// <param name="toAll">True where it was sent to every member, because it has waited for long (rule 1).</param>
    void Forwarded(ReadOnlyMemory<byte> submission, bool toAll);

    /// <summary>What it has in hand. Read from any thread.</summary>
    ShardLoad Load { get; }

    /// <summary>Time passed.</summary>
    void Tick();
}
