using HealthLedger.Client.Keys;
using HealthLedger.Client.Read;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Export;

/// <summary>How far an export, or its check, has come.</summary>
/// <param name="Entries">Entries done.</param>
/// <param name="Bytes">Bytes written or read.</param>
public readonly record struct ExportProgress(long Entries, long Bytes);

/// <summary>What an export holds.</summary>
public sealed record ExportOptions
{
    /// <summary>In the clear, or sealed.</summary>
    public ExportMode Mode { get; init; } = ExportMode.Open;

    /// <summary>For <see cref="ExportMode.Sealed"/>: who can open it; null for the holder.</summary>
    public PublicKey? Recipient { get; init; }

    /// <summary>The purpose that the read is entered under.</summary>
    public Purpose Purpose { get; init; } = Purpose.PatientRequest;
}

/// <summary>
/// Writes a patient's whole record as one file: every entry of the log with its receipt, every record with its content, the genesis and a
/// checkpoint. The read is an access like any other and is in the file itself. A record that no key of the holder opens is in
/// it with its receipt alone.
/// </summary>
/// <param name="client">The node.</param>
/// <param name="authority">The patient's wallet, or the steward.</param>
/// <param name="reader">The holder's reader.</param>
public sealed class PatientExporter(LedgerClient client, PatientAuthority authority, RecordReader reader)
{
    private const int ReceiptsUnderWay = 16;

    /// <summary>Writes the file and returns the number of entries. The caller flushes and closes the stream.</summary>
    public async Task<Result<long>> WriteAsync(Stream stream, ExportOptions? options = null, IProgress<ExportProgress>? progress = null, CancellationToken cancel = default)
    {
        options ??= new ExportOptions();
        AccessRequest request = new()
        {
            Patient = authority.Patient, Purpose = options.Purpose, Role = authority.IsSteward ? Role.System : Role.Patient, Person = authority.Holder.Did.ToString(),
        };
        Result<OpenedRecords> read = await reader.ReadAsync(request, new OpenOptions { AllowLocked = true }, cancel).ConfigureAwait(false);
        if (!read.TryGet(out OpenedRecords? opened, out Fault fault)) return fault;
        Dictionary<Hash32, OpenedRecord> records = opened.Records.ToDictionary(record => record.RecordId);
        Result<string> checkpoint = await client.Connection.CheckpointAsync(cancel).ConfigureAwait(false);

        if (await client.Network.RefreshAsync(client.Connection, cancel).ConfigureAwait(false) is { } unproved) return unproved;
        ConfigurationHistory history = client.Network.Configurations;
        ExportHeader header = new(client.Network.Genesis.Bytes, authority.Patient.ToString(), client.Now, options.Mode, checkpoint.IsOk ? checkpoint.Value : null,
            history.Newest.Number == 0 ? null : (ReadOnlyMemory<byte>?)history.Encode());
        byte[] item = ExportFormat.Encode(header);
        await ExportItems.WriteAsync(stream, item, cancel).ConfigureAwait(false);
        (long entries, long bytes, Hash32 before) = (0, item.Length, ExportFormat.HashOf(item));
        for (long after = -1; ;)
        {
            Result<LogPage> answer = await client.Queries.AccessLogAsync(authority.Holder, authority.Patient, after, ExchangeLimits.LogEntriesMax, cancel).ConfigureAwait(false);
            if (!answer.TryGet(out LogPage? page, out fault)) return fault;
            foreach (LogEntry[] chunk in page.Entries.Chunk(ReceiptsUnderWay))
            {
                Result<ReadOnlyMemory<byte>>[] receipts = await Task.WhenAll(chunk.Select(entry => client.Queries.ReceiptAsync(authority.Holder, opened.Permit.Shard, entry.Leaf, cancel))).ConfigureAwait(false);
                for (int i = 0; i < chunk.Length; i++)
                {
                    if (!receipts[i].TryGet(out ReadOnlyMemory<byte> receipt, out fault)) return fault;
                    if (!Bare(receipt, history).TryGet(out receipt, out fault)) return fault;
                    if (!Entry(chunk[i], receipt, before, records, options.Mode).TryGet(out ExportEntry? entry, out fault)) return fault;
                    item = ExportFormat.Encode(entry);
                    await ExportItems.WriteAsync(stream, item, cancel).ConfigureAwait(false);
                    (entries, bytes, before) = (entries + 1, bytes + item.Length, ExportFormat.HashOf(item));
                }
                progress?.Report(new ExportProgress(entries, bytes));
            }
            if (page.Next is not { } next) break;
            after = next;
        }
        IReadOnlyList<ReadOnlyMemory<byte>> sealedKeys = options.Mode == ExportMode.Sealed ? SealKeys(opened.Records, options.Recipient ?? authority.Holder.Sealing.Public) : [];
        await ExportItems.WriteAsync(stream, ExportFormat.Encode(new ExportEnd(before, entries, sealedKeys), authority.Holder.Signer), cancel).ConfigureAwait(false);
        return entries;
    }

    /// <summary>A receipt without the configurations that the header has for all; one of a configuration decided meanwhile keeps its own.</summary>
    private static Result<ReadOnlyMemory<byte>> Bare(ReadOnlyMemory<byte> bytes, ConfigurationHistory history)
    {
        if (!Receipt.Decode(bytes).TryGet(out Receipt? receipt, out Fault fault)) return fault;
        return receipt.Configurations.IsEmpty || history.TryGet(receipt.Certificate.Epoch.Config) is null ? bytes : (ReadOnlyMemory<byte>)(receipt with { Configurations = [] }).Encode();
    }

    private static Result<ExportEntry> Entry(LogEntry entry, ReadOnlyMemory<byte> receipt, Hash32 before, Dictionary<Hash32, OpenedRecord> records, ExportMode mode)
    {
        if (!Event.Decode(entry.Event).TryGet(out Event item, out Fault fault)) return fault;
        ExportEntry plain = new() { Before = before, Receipt = receipt };
        if (!records.TryGetValue(item.Hash, out OpenedRecord? record)) return plain;
        if (mode == ExportMode.Open) return plain with { Manifest = record.Manifest, Content = record.Content, Keys = record.Keys };
        // A key seals once, under a fixed nonce: sealing the same plaintext again gives the object that is in the vault.
        return plain with
        {
            Manifest = RecordCipher.Seal(ObjectKind.Manifest, record.Keys.Span[..RecordCipher.KeyLength], record.Manifest.Span),
            Content = RecordCipher.Seal(ObjectKind.Content, record.Keys.Span[RecordCipher.KeyLength..], record.Content!.Value.Span),
        };
    }

    private ReadOnlyMemory<byte>[] SealKeys(IReadOnlyList<OpenedRecord> records, PublicKey recipient) =>
    [
        .. records.Chunk(SealedTo.RecordsMax).Select(chunk => (ReadOnlyMemory<byte>)SealedTo.RecordKeys(
            client.Random, [.. chunk.Select(record => new RecordKeyPair(record.RecordId, record.Keys[..RecordCipher.KeyLength], record.Keys[RecordCipher.KeyLength..]))], recipient)),
    ];
}
