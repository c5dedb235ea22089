using HealthLedger.Actors.Nodes;
using HealthLedger.Orleans.Members;
using HealthLedger.Orleans.Placement;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Merkle;
using Orleans.Concurrency;

namespace HealthLedger.Orleans.Grains;

/// <summary>The door of a member's silo: hands every question to the member's node. Reentrant, because the node takes any number at once.</summary>
[MemberPlacement, Reentrant]
public sealed class MemberGrain(MemberSite site) : Grain, IMemberGrain
{
    /// <summary>What comes after the member in the key.</summary>
    public const string Thing = "node";

    private static readonly long[] Nothing = [];

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, long[] seen) => AskAsync(seen, node => node.SubmitAsync(envelope));

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, long[] seen) => AskAsync(seen, node => node.FindAsync(shard, statementId));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, long[] seen) => AskAsync(seen, node => node.QueryAsync(signedQuery));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, long[] seen) =>
        AskAsync(seen, node => node.ReceiptAsync(shard, statementId, index));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, long[] seen) =>
        AskAsync(seen, node => node.TransparentStatementAsync(shard, statementId));

    /// <inheritdoc/>
    public ValueTask<Result<string>> CheckpointAsync() => AskAsync(Nothing, node => node.CheckpointAsync());

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile) => AskAsync(Nothing, node => node.TileAsync(tile));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile) => AskAsync(Nothing, node => node.EntriesAsync(tile));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after) => AskAsync(Nothing, node => node.ConfigurationsAsync(after));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync() => AskAsync(Nothing, node => node.ProposalsAsync());

    /// <inheritdoc/>
    public ValueTask<Result<NodeHealth>> HealthAsync() => AskAsync(Nothing, node => ValueTask.FromResult<Result<NodeHealth>>(node.Health()));

    private async ValueTask<Result<T>> AskAsync<T>(long[] seen, Func<MemberNode, ValueTask<Result<T>>> ask)
    {
        if (site.IsDraining) return Ends;
        if (site.Stand is not { } stand) return NotUp;
        if (!await stand.UntilAsync(seen)) return Behind;
        return await ask(stand.Node);
    }

    private static Fault Ends => new(FaultCode.Unavailable, "The node is being shut down; ask another one.");

    private static Fault NotUp => new(FaultCode.Unavailable, "The member is down; try again in a moment, or ask another one.");

    private static Fault Behind => new(FaultCode.Unavailable, "The node has not come as far as the caller has seen; try again in a moment, or ask another one.");
}
