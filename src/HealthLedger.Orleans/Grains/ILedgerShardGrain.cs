using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Orleans.Grains;

/// <summary>A shard at one member; the key is <c>member/shard</c>.</summary>
public interface ILedgerShardGrain : IInnerGrain
{
    /// <summary>Stands ready to take statements and to lead. True when it does.</summary>
    ValueTask<Result<bool>> WakeAsync();

    /// <summary>Takes a statement and answers when it is committed. The same statement again gets the same answer.</summary>
    ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope);
}
