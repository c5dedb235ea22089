namespace HealthLedger.Validator.Links;

/// <summary>
/// How a member reaches the others. What is posted may be lost, doubled or late: replication repeats itself. The implementation proves to
/// the receiver who sent; queues are bounded, and a member that does not answer never holds up the calls to another.
/// </summary>
public interface IMemberLinks
{
    /// <summary>Sends without waiting; dropped when that member's queue is full.</summary>
    /// <param name="member">Index in the configuration.</param>
    /// <param name="message">Must not change afterwards.</param>
    void Post(int member, ReadOnlyMemory<byte> message);

    /// <summary>Asks and waits for the answer; empty when there was none in time.</summary>
    /// <param name="member">Index in the configuration.</param>
    /// <param name="request">Must not change afterwards.</param>
    /// <param name="stopping">Ends the wait.</param>
    Task<ReadOnlyMemory<byte>> AskAsync(int member, ReadOnlyMemory<byte> request, CancellationToken stopping);
}

/// <summary>The receiving end of a member: what its links hand over. The sender's index was proven by the link.</summary>
public interface IMemberEndpoint
{
    /// <summary>Takes a posted message; drops it when its queue is full or it cannot be read.</summary>
    void Receive(int from, ReadOnlyMemory<byte> message);

    /// <summary>Answers a request; empty when it cannot be read or answered.</summary>
    Task<ReadOnlyMemory<byte>> AnswerAsync(int from, ReadOnlyMemory<byte> request, CancellationToken stopping);
}
