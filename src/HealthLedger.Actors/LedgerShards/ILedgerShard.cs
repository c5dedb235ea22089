using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>One shard at one member, as that member's node sees it: the actor itself, or the way to it where a cluster hosts it.</summary>
public interface ILedgerShard
{
    /// <summary>Statements that wait; as of now.</summary>
    int WaitingCount { get; }

    /// <summary>Takes a statement and answers when it is committed and durable at this member. The same statement again gets the same answer.</summary>
    /// <param name="envelope">The statement, its events and the objects they name.</param>
    /// <param name="cancel">Ends the wait, not the statement.</param>
    Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default);
}
