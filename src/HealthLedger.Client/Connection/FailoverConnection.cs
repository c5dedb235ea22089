using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Connection;

/// <summary>
/// Several nodes of one ledger as one: any door serves, none is special. A call goes to the first node of the list that has not failed a moment ago; where
/// that one cannot be reached, does not answer in time or cannot serve now, the next is asked. This is safe for submissions too: a statement given to
/// two nodes is committed once. Other refusals are final. Safe for several threads.
/// </summary>
/// <param name="nodes">The nodes, the preferred one first; at least one.</param>
/// <param name="options">Time-outs.</param>
/// <param name="clock">Measures them.</param>
public sealed class FailoverConnection(IReadOnlyList<ILedgerConnection> nodes, FailoverOptions options, TimeProvider clock) : ILedgerConnection
{
    private readonly long _started = clock.GetTimestamp();
    private readonly long[] _restsUntil = new long[nodes.Count];

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) => AskAsync(static (node, _, token) => node.GenesisAsync(token), 0, cancel);

    /// <inheritdoc/>
    public Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) =>
        AskAsync(static (node, sent, token) => node.SubmitAsync(sent, token), envelope, cancel);

    /// <inheritdoc/>
    public Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        AskAsync(static (node, asked, token) => node.FindAsync(asked.shard, asked.statementId, token), (shard, statementId), cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) =>
        AskAsync(static (node, query, token) => node.QueryAsync(query, token), signedQuery, cancel);

    /// <inheritdoc/>
    public Task<Result<string>> CheckpointAsync(CancellationToken cancel = default) => AskAsync(static (node, _, token) => node.CheckpointAsync(token), 0, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) =>
        AskAsync(static (node, number, token) => node.ConfigurationsAsync(number, token), after, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => AskAsync(static (node, _, token) => node.ProposalsAsync(token), 0, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        AskAsync(static (node, asked, token) => node.ReceiptAsync(asked.shard, asked.statementId, asked.index, token), (shard, statementId, index), cancel);

    private async Task<Result<T>> AskAsync<T, TAsked>(Func<ILedgerConnection, TAsked, CancellationToken, Task<Result<T>>> ask, TAsked asked, CancellationToken cancel)
    {
        Result<T> answer = new Fault(FaultCode.ConnectionFailed, "There is no node to ask.");
        foreach (int node in Order())
        {
            answer = await AskAsync(node, ask, asked, cancel).ConfigureAwait(false);
            if (answer.IsOk || !IsNodesOwn(answer.Fault.Code)) break;
            Volatile.Write(ref _restsUntil[node], Now + (long)options.Rest.TotalMilliseconds);
            options.Failed?.Invoke(node, answer.Fault);
        }
        return answer;
    }

    private async Task<Result<T>> AskAsync<T, TAsked>(int node, Func<ILedgerConnection, TAsked, CancellationToken, Task<Result<T>>> ask, TAsked asked, CancellationToken cancel)
    {
        using CancellationTokenSource timer = new(options.Timeout, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            return await ask(nodes[node], asked, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Fault(FaultCode.TimedOut, $"The node did not answer within {options.Timeout.TotalSeconds:0.#} seconds.");
        }
    }

    /// <summary>Those that have not failed lately in the list's order, then the others, who failed longest ago first.</summary>
    private IEnumerable<int> Order()
    {
        long now = Now;
        long[] rests = [.. Enumerable.Range(0, nodes.Count).Select(node => Math.Max(now, Volatile.Read(ref _restsUntil[node])))];
        return Enumerable.Range(0, nodes.Count).OrderBy(node => rests[node]);
    }

    private long Now => (long)clock.GetElapsedTime(_started).TotalMilliseconds;

    private static bool IsNodesOwn(FaultCode code) => code is FaultCode.ConnectionFailed or FaultCode.TimedOut or FaultCode.Unavailable;
}
