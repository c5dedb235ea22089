using HealthLedger.Actors.Nodes;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Nodes;

/// <summary>The node in whose process the gateway runs, as the SDK sees a node: the same calls as over HTTP, without the wire.</summary>
/// <param name="node">The node.</param>
public sealed class NodeConnection(INode node) : ILedgerConnection
{
    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) => Task.FromResult(Result<ReadOnlyMemory<byte>>.Ok(node.Genesis.Bytes));

    /// <inheritdoc/>
    public Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => node.SubmitAsync(envelope, cancel).AsTask();

    /// <inheritdoc/>
    public Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => node.FindAsync(shard, statementId, cancel).AsTask();

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => node.QueryAsync(signedQuery, cancel).AsTask();

    /// <inheritdoc/>
    public Task<Result<string>> CheckpointAsync(CancellationToken cancel = default) => node.CheckpointAsync(cancel).AsTask();

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => node.ConfigurationsAsync(after, cancel).AsTask();

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => node.ProposalsAsync(cancel).AsTask();

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        node.ReceiptAsync(shard, statementId, index, cancel).AsTask();
}
