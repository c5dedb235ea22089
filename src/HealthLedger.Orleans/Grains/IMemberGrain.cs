using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Orleans.Grains;

/// <summary>
/// One member's node, as clients of the cluster see it: what <see cref="INode"/> says, for callers on other machines. The key is <c>member/node</c>. Every
/// question takes along what the caller has seen of shards, <c>[shard, height, ...]</c>: the node answers when it has come so far, so that a caller who
/// goes from one member to another never sees less than before.
/// </summary>
public interface IMemberGrain : IEdgeGrain
{
    /// <summary>See <see cref="INode.SubmitAsync"/>.</summary>
    ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, long[] seen);

    /// <summary>See <see cref="INode.FindAsync"/>.</summary>
    ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, long[] seen);

    /// <summary>See <see cref="INode.QueryAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, long[] seen);

    /// <summary>See <see cref="INode.ReceiptAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, long[] seen);

    /// <summary>See <see cref="INode.TransparentStatementAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, long[] seen);

    /// <summary>See <see cref="INode.CheckpointAsync"/>.</summary>
    ValueTask<Result<string>> CheckpointAsync();

    /// <summary>See <see cref="INode.TileAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile);

    /// <summary>See <see cref="INode.EntriesAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile);

    /// <summary>See <see cref="INode.ConfigurationsAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after);

    /// <summary>See <see cref="INode.ProposalsAsync"/>.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync();

    /// <summary>See <see cref="INode.Health"/>.</summary>
    ValueTask<Result<NodeHealth>> HealthAsync();
}
