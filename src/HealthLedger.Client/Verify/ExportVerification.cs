using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Client.Verify;

/// <summary>What a verified export holds.</summary>
/// <param name="Patient">Whose record it is.</param>
/// <param name="Time">When it was written, in milliseconds since 1970, as its writer says.</param>
/// <param name="Entries">How many entries, each proved by its receipt.</param>
/// <param name="Records">How many of them are records with their content.</param>
/// <param name="Signer">The key id of who wrote the file.</param>
public sealed record ExportSummary(LedgerDid Patient, long Time, long Entries, long Records, Hash32 Signer);

/// <summary>One verified entry of an export.</summary>
/// <param name="Facts">What its receipt proves.</param>
/// <param name="Manifest">For a record in the clear, its manifest.</param>
/// <param name="Content">For a record in the clear, its content.</param>
public sealed record ExportedEntry(ReceiptFacts Facts, ReadOnlyMemory<byte>? Manifest, ReadOnlyMemory<byte>? Content);
