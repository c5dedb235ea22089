using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Node.Doors;

/// <summary>One member's node for doors that stay open while the member ends and comes back: each call goes to the node that there is then.</summary>
internal sealed class LocalNode(NodeSlot slot, GenesisFile genesis, int member) : INode
{
    /// <inheritdoc/>
    public GenesisFile Genesis => genesis;

    /// <inheritdoc/>
    public int Member => member;

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => Ask(node => node.SubmitAsync(envelope, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => Ask(node => node.FindAsync(shard, statementId, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => Ask(node => node.QueryAsync(signedQuery, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        Ask(node => node.ReceiptAsync(shard, statementId, index, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        Ask(node => node.TransparentStatementAsync(shard, statementId, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<string>> CheckpointAsync(CancellationToken cancel = default) => Ask(node => node.CheckpointAsync(cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => Ask(node => node.ConfigurationsAsync(after, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => Ask(node => node.ProposalsAsync(cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile, CancellationToken cancel = default) => Ask(node => node.TileAsync(tile, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile, CancellationToken cancel = default) => Ask(node => node.EntriesAsync(tile, cancel));

    /// <inheritdoc/>
    public NodeHealth Health() => slot.Health();

    private ValueTask<Result<T>> Ask<T>(Func<MemberNode, ValueTask<Result<T>>> call) =>
        slot.Current is { } node ? call(node) : new(new Fault(FaultCode.Unavailable, "The member is down; try again in a moment."));
}
