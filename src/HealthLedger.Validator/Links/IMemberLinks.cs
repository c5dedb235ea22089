using HealthLedger.Protocol;

namespace HealthLedger.Validator.Links;

/// <summary>
/// How a member reaches the others. A member is addressed by its id, the key id of its identity key, which never changes: its index does, from one
/// configuration to the next. What is posted may be lost, doubled or late: replication repeats itself. The implementation proves to the receiver who
/// sent; queues are bounded, and a member that does not answer never holds up the calls to another.
/// </summary>
public interface IMemberLinks
{
    /// <summary>Sends without waiting; dropped when that member's queue is full, or nobody knows the member.</summary>
    /// <param name="member">The member's id.</param>
    /// <param name="message">Must not change afterwards.</param>
    void Post(Hash32 member, ReadOnlyMemory<byte> message);

    /// <summary>Asks and waits for the answer; empty when there was none in time.</summary>
    /// <param name="member">The member's id.</param>
    /// <param name="request">Must not change afterwards.</param>
    /// <param name="stopping">Ends the wait.</param>
    Task<ReadOnlyMemory<byte>> AskAsync(Hash32 member, ReadOnlyMemory<byte> request, CancellationToken stopping);
}

/// <summary>The receiving end of a member: what its links hand over. The sender's id was proven by the link.</summary>
public interface IMemberEndpoint
{
    /// <summary>Takes a posted message; drops it when its queue is full or it cannot be read.</summary>
    void Receive(Hash32 from, ReadOnlyMemory<byte> message);

    /// <summary>Answers a request; empty when it cannot be read or answered.</summary>
    Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping);
}
