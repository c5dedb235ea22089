using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Nodes;

/// <summary>A node that is only asked while it is ready; what is under way when it stops being so ends as "unavailable", and the next node is asked.</summary>
/// <param name="inner">The node.</param>
/// <param name="watch">Whether it is ready.</param>
internal sealed class WatchedConnection(HttpLedgerConnection inner, UpstreamWatch watch) : ILedgerConnection
{
    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) => AskAsync(inner.GenesisAsync, cancel);

    /// <inheritdoc/>
    public Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => AskAsync(token => inner.SubmitAsync(envelope, token), cancel);

    /// <inheritdoc/>
    public Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => AskAsync(token => inner.FindAsync(shard, statementId, token), cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => AskAsync(token => inner.QueryAsync(signedQuery, token), cancel);

    /// <inheritdoc/>
    public Task<Result<string>> CheckpointAsync(CancellationToken cancel = default) => AskAsync(inner.CheckpointAsync, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => AskAsync(token => inner.ConfigurationsAsync(after, token), cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => AskAsync(inner.ProposalsAsync, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        AskAsync(token => inner.ReceiptAsync(shard, statementId, index, token), cancel);

    /// <summary>Downloads what the node serves besides.</summary>
    public Task<Result<ReadOnlyMemory<byte>>> DownloadAsync(string path, int bytesMax, CancellationToken cancel) => AskAsync(token => inner.DownloadAsync(path, bytesMax, token), cancel);

    private async Task<Result<T>> AskAsync<T>(Func<CancellationToken, Task<Result<T>>> ask, CancellationToken cancel)
    {
        CancellationToken up = watch.Up;
        if (up.IsCancellationRequested) return Down;
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(up, cancel);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Down;
        }
    }

    private Fault Down => new(FaultCode.Unavailable, $"The node {watch.Address.Authority} does not serve now.");
}
