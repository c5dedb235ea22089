using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Rules.State;

namespace HealthLedger.Actors.Patients;

/// <summary>Gathers records and their ciphertexts until a page is as large as it should be.</summary>
internal sealed class PageBuilder(ILedgerReader ledger, int shard, bool wantContent)
{
    private readonly HashSet<Hash32> _envelopes = [];
    private long _bytes;

    /// <summary>The records so far.</summary>
    public List<ReleasedRecord> Records { get; } = [];

    /// <summary>The envelopes they name, each once.</summary>
    public List<ReadOnlyMemory<byte>> Envelopes { get; } = [];

    /// <summary>True when the next record belongs on the next page.</summary>
    public bool IsFull => Records.Count >= ExchangeLimits.PageRecordsMax || _bytes >= ExchangeLimits.PageBytesGoal;

    /// <summary>Adds a record; the fault where a part of it cannot be had, for then the answer would not be whole.</summary>
    public Fault? Add(RecordEntryRow row)
    {
        if (!ledger.Entry(shard, row.Leaf).TryGet(out CommittedEntry? entry, out Fault fault)
            || !ledger.Object(row.Manifest).TryGet(out ReadOnlyMemory<byte> manifest, out fault)
            || !ledger.Object(row.WrappedKeys).TryGet(out ReadOnlyMemory<byte> wrapped, out fault))
            return fault;
        ReadOnlyMemory<byte> content = default, envelope = default;
        if (wantContent && !ledger.Object(row.Content).TryGet(out content, out fault)) return fault;
        if (_envelopes.Add(row.Envelope))
        {
            if (!ledger.Object(row.Envelope).TryGet(out envelope, out fault)) return fault;
            Envelopes.Add(envelope);
        }
        Records.Add(new ReleasedRecord
        {
            RecordId = row.Record,
            Event = entry.Event.Bytes,
            Author = new LedgerDid(ledger.Genesis.Network, row.Author).ToString(),
            Leaf = row.Leaf,
            Time = row.Time,
            Manifest = manifest,
            WrappedKeys = wrapped,
            Content = wantContent ? content : null,
        });
        _bytes += entry.Event.Bytes.Length + manifest.Length + wrapped.Length + content.Length + envelope.Length;
        return null;
    }
}
