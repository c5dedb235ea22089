using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Receipts;

/// <summary>What a receipt proves.</summary>
/// <param name="Network">The network.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Height">The height of the block that took the event.</param>
/// <param name="Block">That block's hash.</param>
/// <param name="Time">That block's time in milliseconds since 1970.</param>
/// <param name="LeafIndex">The entry's place in the shard's tree.</param>
/// <param name="StatementId">The statement's identity.</param>
/// <param name="Issuer">The did whose authority was used.</param>
/// <param name="KeyId">The key that signed.</param>
/// <param name="Event">The event, or its hash where its bytes are withheld.</param>
/// <param name="Outcome">What the rules decided.</param>
/// <param name="CertifiedHeight">The height of the block whose certificate commits it.</param>
/// <param name="Configuration">The configuration whose members voted.</param>
/// <param name="Voters">Those of them that voted, by index, ascending.</param>
public sealed record ReceiptFacts(
    string Network, int Shard, long Height, Hash32 Block, long Time, long LeafIndex, Hash32 StatementId, string Issuer, Hash32 KeyId,
    StoredEvent Event, Outcome Outcome, long CertifiedHeight, Configuration Configuration, ImmutableArray<int> Voters);

/// <summary>
/// Checks a receipt with nothing but the genesis file: no network, no clock. Costs q + 1 signature verifications and about 150 hashes at most, and as much
/// again, with one verification a member, for each change of members since the genesis. A fault's sentence starts with the name of the field that does not fit.
/// </summary>
public static class ReceiptVerifier
{
    /// <summary>The facts that an encoded receipt proves, or where it breaks.</summary>
    public static Result<ReceiptFacts> Verify(ReadOnlyMemory<byte> receipt, GenesisFile genesis) => Verify(receipt, ConfigurationHistory.From(genesis));

    /// <summary>The facts that a receipt proves, or where it breaks.</summary>
    public static Result<ReceiptFacts> Verify(Receipt receipt, GenesisFile genesis) => Verify(receipt, ConfigurationHistory.From(genesis));

    /// <summary>The facts that an encoded receipt proves; see <see cref="Verify(Receipt, ConfigurationHistory)"/>.</summary>
    public static Result<ReceiptFacts> Verify(ReadOnlyMemory<byte> receipt, ConfigurationHistory known) =>
        Receipt.Decode(receipt).TryGet(out Receipt? decoded, out Fault fault) ? Verify(decoded, known) : fault;

    /// <summary>
    /// The facts that a receipt proves, or where it breaks. One that brings the proofs of its configurations is checked by them alone, and must not contradict
    /// what is known; one that brings none is checked by what is known.
    /// </summary>
    public static Result<ReceiptFacts> Verify(Receipt receipt, ConfigurationHistory known)
    {
        if (!ConfigurationOf(receipt, known).TryGet(out Configuration? configuration, out Fault fault)) return fault;
        if (ReceiptCheck.Check(receipt, known.Genesis, configuration) is { } broken) return broken;
        BlockHeader own = receipt.Headers[1];
        Statement statement = receipt.Statement;
        return new ReceiptFacts(own.Network, own.Shard, own.Height, own.ComputeHash(), own.Time, receipt.EntryLeaf, statement.Id, statement.Issuer, statement.KeyId,
            receipt.Event, receipt.Outcome, receipt.Certificate.Height, configuration, [.. receipt.Certificate.Proofs.Select(proof => proof.Member)]);
    }

    /// <summary>The history that a receipt brings, or the one that is known where it brings none.</summary>
    internal static Result<ConfigurationHistory> HistoryOf(Receipt receipt, ConfigurationHistory known)
    {
        if (receipt.Configurations.IsEmpty) return known;
        if (receipt.Configurations.Length != receipt.Certificate.Epoch.Config)
            return new Fault(FaultCode.ProofInvalid, "configurations: They do not lead from the genesis to the configuration of the certificate.");
        if (!ConfigurationHistory.From(known.Genesis).Append(receipt.Configurations).TryGet(out ConfigurationHistory? brought, out Fault fault)) return fault;
        return brought.FirstDifference(known) is { } number
            ? new Fault(FaultCode.ProofInvalid, $"configurations[{number - 1}]: Another configuration of number {number} is known here: members have decided twice.")
            : brought;
    }

    private static Result<Configuration> ConfigurationOf(Receipt receipt, ConfigurationHistory known)
    {
        if (!HistoryOf(receipt, known).TryGet(out ConfigurationHistory? history, out Fault fault)) return fault;
        int number = receipt.Certificate.Epoch.Config;
        return history.TryGet(number) is { } configuration
            ? configuration
            : new Fault(FaultCode.ConfigurationUnknown, $"certificate: It is of configuration {number}, which is not proved by what is at hand.");
    }
}
