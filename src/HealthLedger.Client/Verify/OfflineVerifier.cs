using HealthLedger.Client.Export;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Verify;

/// <summary>
/// Checks receipts and exports with the genesis file and nothing else: no network, no clock. A fault says the place of the first thing that is
/// wrong. Immutable; safe for several threads.
/// </summary>
/// <param name="known">The configurations that are known beside those that files bring; at least the genesis.</param>
public sealed class OfflineVerifier(ConfigurationHistory known)
{
    /// <summary>A verifier that knows the genesis alone.</summary>
    /// <param name="genesis">The network's verified genesis.</param>
    public OfflineVerifier(GenesisFile genesis)
        : this(ConfigurationHistory.From(genesis))
    {
    }

    /// <summary>What a receipt proves, or the field that is broken. Costs q + 1 signature verifications, and as much for each configuration that it brings.</summary>
    public Result<ReceiptFacts> VerifyReceipt(ReadOnlyMemory<byte> receipt) => ReceiptVerifier.Verify(receipt, known);

    /// <summary>
    /// Checks an export whole: every receipt, every record against what its event commits to, the chain of items, the signature. It proves that what is
    /// in the file is in the ledger as it stands here; not that the file holds everything, which only its signer vouches for.
    /// </summary>
    /// <param name="stream">The file.</param>
    /// <param name="visit">Told each entry that was verified; null for nobody.</param>
    /// <param name="progress">Told how far it came; null for nobody.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<ExportSummary>> VerifyExportAsync(Stream stream, Action<ExportedEntry>? visit = null, IProgress<ExportProgress>? progress = null, CancellationToken cancel = default)
    {
        long at = 0;
        Result<byte[]?> first = await ExportItems.ReadAsync(stream, cancel).ConfigureAwait(false);
        if (!first.TryGet(out byte[]? item, out Fault fault)) return At("header", at, fault);
        if (item is null) return At("header", at, new Fault(FaultCode.ExportDamaged, "The file is empty."));
        if (!CheckHeader(item).TryGet(out Start? start, out fault)) return At("header", at, fault);

        (Hash32 before, long entries, long records, long lastLeaf) = (ExportFormat.HashOf(item), 0, 0, -1);
        at += SizeOf(item);
        while (true)
        {
            string place = $"entry {entries}";
            Result<byte[]?> read = await ExportItems.ReadAsync(stream, cancel).ConfigureAwait(false);
            if (!read.TryGet(out item, out fault)) return At(place, at, fault);
            if (item is null) return At(place, at, new Fault(FaultCode.ExportDamaged, "The file ends without its end item."));
            if (item.Length > 0 && item[0] == EndItem) break;
            if (!CheckEntry(item, before, lastLeaf, start).TryGet(out ExportedEntry? entry, out fault)) return At(place, at, fault);
            visit?.Invoke(entry);
            if (entry.Manifest is not null) records++;
            (before, lastLeaf, entries) = (ExportFormat.HashOf(item), entry.Facts.LeafIndex, entries + 1);
            at += SizeOf(item);
            progress?.Report(new ExportProgress(entries, at));
        }
        if (!ExportFormat.DecodeEnd(item).TryGet(out (ExportEnd End, PublicKey Signer) end, out fault)) return At("end", at, fault);
        if (end.End.Before != before) return At("end", at, new Fault(FaultCode.ExportDamaged, "The item before it is not the one that the end names."));
        if (end.End.Count != entries) return At("end", at, new Fault(FaultCode.ExportDamaged, $"The end counts {end.End.Count} entries, and {entries} are here."));
        if (await stream.ReadAsync(new byte[1], cancel).ConfigureAwait(false) != 0) return At("end", at + SizeOf(item), new Fault(FaultCode.ExportDamaged, "Bytes follow the end."));
        return new ExportSummary(start.Patient, start.Header.Time, entries, records, end.Signer.KeyId);
    }

    /// <summary>The first byte of an end item: an array of three; entries are maps.</summary>
    private const byte EndItem = 0x83;

    private sealed record Start(ExportHeader Header, LedgerDid Patient, ConfigurationHistory Configurations);

    private Result<Start> CheckHeader(byte[] item)
    {
        if (!ExportFormat.DecodeHeader(item).TryGet(out ExportHeader? header, out Fault fault)) return fault;
        if (!GenesisFile.Decode(header.Genesis).TryGet(out GenesisFile? own, out fault)) return fault;
        if (own.Hash != known.Genesis.Hash) return new Fault(FaultCode.ProofInvalid, "The export is of another network.");
        if (!LedgerDid.Parse(header.Patient).TryGet(out LedgerDid patient, out fault)) return fault;
        ConfigurationHistory? history = known;
        if (header.Configurations is { } configurations)
        {
            if (!ConfigurationHistory.Decode(configurations, known.Genesis).TryGet(out history, out fault)) return fault;
            if (history.FirstDifference(known) is { } number) return new Fault(FaultCode.ProofInvalid, $"configurations: Another configuration of number {number} is known here: members have decided twice.");
            if (known.Newest.Number > history.Newest.Number) history = known;
        }
        return new Start(header, patient, history);
    }

    private Result<ExportedEntry> CheckEntry(byte[] item, Hash32 before, long lastLeaf, Start start)
    {
        if (!ExportFormat.DecodeEntry(item).TryGet(out ExportEntry? entry, out Fault fault)) return fault;
        if (entry.Before != before) return new Fault(FaultCode.ExportDamaged, "The item before it is not the one that this entry names.");
        if (!ReceiptVerifier.Verify(entry.Receipt, start.Configurations).TryGet(out ReceiptFacts? facts, out fault)) return fault with { Message = $"receipt: {fault.Message}" };
        if (facts.LeafIndex <= lastLeaf) return new Fault(FaultCode.ExportDamaged, "The entries are not ascending in the ledger.");
        if (facts.Event.Event is not { } subject || subject.Subject != start.Patient.ToString()) return new Fault(FaultCode.ExportDamaged, "The entry is not the patient's.");
        if (entry.Manifest is not { } manifest || entry.Content is not { } content) return new ExportedEntry(facts, null, null);
        if (CheckRecord(subject, entry, manifest, content, start.Header.Mode) is { } wrong) return wrong;
        return new ExportedEntry(facts, manifest, content);
    }

    private static Fault? CheckRecord(Event item, ExportEntry entry, ReadOnlyMemory<byte> manifest, ReadOnlyMemory<byte> content, ExportMode mode)
    {
        if (item.Type is not (EventType.RecordAdd or EventType.RecordAmend)) return new Fault(FaultCode.ExportDamaged, "The entry has a content, and its event is not a record.");
        if (!RecordBody.Decode(item.Body.Span, item.Type == EventType.RecordAmend).TryGet(out RecordBody? body, out Fault fault)) return fault;
        if (mode == ExportMode.Open)
        {
            if (entry.Keys is not { } keys) return new Fault(FaultCode.ExportDamaged, "The record's keys are missing.");
            ReadOnlySpan<byte> manifestKey = keys.Span[..RecordCipher.KeyLength], contentKey = keys.Span[RecordCipher.KeyLength..];
            if (RecordCipher.Commit(manifestKey) != body.ManifestKey || RecordCipher.Commit(contentKey) != body.DataKey) return new Fault(FaultCode.ExportDamaged, "keys: They are not those that the event commits to.");
            manifest = RecordCipher.Seal(ObjectKind.Manifest, manifestKey, manifest.Span);
            content = RecordCipher.Seal(ObjectKind.Content, contentKey, content.Span);
        }
        else if (entry.Keys is not null)
        {
            return new Fault(FaultCode.ExportDamaged, "A sealed export has keys in the clear.");
        }
        if (VaultObject.NameOf(manifest.Span) != body.Manifest) return new Fault(FaultCode.ExportDamaged, "manifest: It is not the one that the event commits to.");
        return VaultObject.NameOf(content.Span) == body.Content ? null : new Fault(FaultCode.ExportDamaged, "content: It is not the one that the event commits to.");
    }

    private static long SizeOf(byte[] item) => item.Length + item.Length switch { < 24 => 1, <= byte.MaxValue => 2, <= ushort.MaxValue => 3, _ => 5 };

    private static Fault At(string place, long position, Fault fault) => fault with { Message = $"{place} (from byte {position}): {fault.Message}" };
}
