using HealthLedger.Actors.Nodes;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Gateway.Tests.World;

/// <summary>The ledger in memory as a node is to its doors.</summary>
internal sealed class MemoryNode(MemoryLedger ledger) : INode
{
    public GenesisFile Genesis => ledger.Genesis;

    public int Member => 0;

    public bool Ready { get; set; } = true;

    public ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => new(ledger.SubmitAsync(envelope, cancel));

    public ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        shard >= 0 && shard <= Genesis.Shards ? new(ledger.FindAsync(shard, statementId, cancel)) : new(Result<CommittedStatement?>.Ok(null));

    public ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => new(ledger.QueryAsync(signedQuery, cancel));

    public async ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default)
    {
        Result<CommittedStatement?> found = await FindAsync(shard, statementId, cancel);
        if (!found.TryGet(out CommittedStatement? known, out Fault fault)) return fault;
        return known is null || index < 0 || index >= known.Outcomes.Count ? new Fault(FaultCode.NotFound, "There is no such entry.") : await ledger.ReceiptAsync(shard, statementId, index, cancel);
    }

    public ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => new(Nothing);

    public ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => new(ledger.ConfigurationsAsync(after, cancel));

    public ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => new(ledger.ProposalsAsync(cancel));

    public ValueTask<Result<string>> CheckpointAsync(CancellationToken cancel = default) => new(ledger.CheckpointAsync(cancel));

    public ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile, CancellationToken cancel = default) => new(Nothing);

    public ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile, CancellationToken cancel = default) => new(Nothing);

    public NodeHealth Health() => new(Ready, [new ShardHealth(1, 0, 0, 0, 0, "Voting", 0)], []);

    private static Result<ReadOnlyMemory<byte>> Nothing => new Fault(FaultCode.NotFound, "There is no tile.");
}
