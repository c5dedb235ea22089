using HealthLedger.Actors.LedgerShards;
using HealthLedger.Orleans.Grains;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Orleans.Clients;

/// <summary>The way to a shard's grain, for the member's node.</summary>
/// <param name="grain">The grain.</param>
/// <param name="waiting">How many statements wait there.</param>
internal sealed class GrainShard(ILedgerShardGrain grain, Func<int> waiting) : ILedgerShard
{
    /// <inheritdoc/>
    public int WaitingCount => waiting();

    /// <inheritdoc/>
    public Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) =>
        grain.SubmitAsync(envelope).AsTask().WaitAsync(cancel);
}
