using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Connection;

/// <summary>
/// One node of the ledger, however it is reached: over HTTP, or in the same process. Nothing it says is believed without a check where
/// one is possible. A fault is a value; only the caller's own cancellation throws. Safe for several threads.
/// </summary>
public interface ILedgerConnection
{
    /// <summary>The genesis file's bytes (FORMATS.md section 5). Compare its hash with one that came another way.</summary>
    Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default);

    /// <summary>
    /// Hands in a statement with its objects and waits until it is committed. After <c>HL-7002</c> or <c>HL-8001</c> nobody knows whether it was
    /// taken: ask <see cref="FindAsync"/>. The same statement again is answered with where it was committed first.
    /// </summary>
    Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default);

    /// <summary>Where a statement was committed; null where the node does not know it (yet).</summary>
    Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default);

    /// <summary>Answers a <see cref="SignedQuery"/> with the encoded answer of its method.</summary>
    Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default);

    /// <summary>The newest global checkpoint, a C2SP signed note.</summary>
    Task<Result<string>> CheckpointAsync(CancellationToken cancel = default);

    /// <summary>
    /// The encoded proofs of the configurations after a number (FORMATS.md section 5), for <c>ConfigurationHistory.Append</c>. A node of a build that
    /// knows of none answers <c>HL-7005</c>.
    /// </summary>
    Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) =>
        Task.FromResult<Result<ReadOnlyMemory<byte>>>(new Fault(FaultCode.NotFound, "This node tells no configurations."));

    /// <summary>The encoded <see cref="ConfigurationProposals"/> that are open.</summary>
    Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) =>
        Task.FromResult<Result<ReadOnlyMemory<byte>>>(new Fault(FaultCode.NotFound, "This node tells no proposals."));

    /// <summary>The receipt of one event of a statement (FORMATS.md section 5).</summary>
    Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default);
}
