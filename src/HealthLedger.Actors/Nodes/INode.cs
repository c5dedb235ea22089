using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Actors.Nodes;

/// <summary>
/// One member's node, as its doors see it. Everything a client may ask goes through here; nothing in it believes a client. A fault is a value;
/// only the caller's own cancellation throws. Safe for any number of threads.
/// </summary>
public interface INode
{
    /// <summary>The network's genesis.</summary>
    GenesisFile Genesis { get; }

    /// <summary>The index of the member whose node this is.</summary>
    int Member { get; }

    /// <summary>Hands in a statement with its objects and waits until it is committed. The same statement again gets the first answer.</summary>
    ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default);

    /// <summary>Where a statement was committed; null where this node does not know it (yet), or no longer.</summary>
    ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default);

    /// <summary>Answers a signed query (FORMATS.md section 8) with the encoded answer of its method.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default);

    /// <summary>The receipt of one event of a statement (FORMATS.md section 5).</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default);

    /// <summary>A committed statement as a transparent statement [RFC 9943]: with this replica's COSE receipt in its unprotected header.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, CancellationToken cancel = default);

    /// <summary>The newest checkpoint with a quorum of cosignatures: a C2SP signed note.</summary>
    ValueTask<Result<string>> CheckpointAsync(CancellationToken cancel = default);

    /// <summary>The encoded proofs of the configurations after a number (FORMATS.md section 5); of all with 0, of none where there is none after it.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) =>
        new(new Fault(FaultCode.NotFound, "This node tells no configurations."));

    /// <summary>The encoded <see cref="ConfigurationProposals"/> that are open.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => new(new Fault(FaultCode.NotFound, "This node tells no proposals."));

    /// <summary>A tile of shard 0's tree [C2SP tlog-tiles]: its hashes.</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile, CancellationToken cancel = default);

    /// <summary>The leaves under a tile of level 0 of shard 0's tree, each after its length as two bytes [C2SP tlog-tiles].</summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile, CancellationToken cancel = default);

    /// <summary>How the node is doing, without asking anybody else.</summary>
    NodeHealth Health();
}
