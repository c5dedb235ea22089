using System.Buffers.Binary;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Objects;
using HealthLedger.Rules.Release;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Actors.Patients;

/// <summary>
/// Hands out what a committed permit opens, and nothing else: the permit is read from the own replica and judged by <see cref="ReleasePolicy"/>
/// anew on every page, so that a revocation stops an answer in its middle.
/// </summary>
/// <param name="ledger">The own replica.</param>
/// <param name="patient">Whose records.</param>
/// <param name="shard">The patient's shard.</param>
/// <param name="clock">The own clock.</param>
/// <param name="usedUp">Called when a grant has no uses left and no end yet.</param>
internal sealed class ReleaseDesk(ILedgerReader ledger, LedgerDid patient, int shard, TimeProvider clock, Action usedUp)
{
    /// <summary>One page. The cursor is the position of the page's first record in the permit's list.</summary>
    public Result<ReleasePage> Page(string asker, ReleaseRequest request)
    {
        LedgerView view = ledger.View(shard);
        LedgerTip tip = ledger.Tip(shard);
        if (!Access(request, view).TryGet(out CommittedEntry? entry, out Fault fault)) return fault;
        if (!AccessBody.Decode(entry.Event.Body.Span).TryGet(out AccessBody? access, out fault)) return fault;
        Hash32 requester = LedgerDid.Parse(asker).Value.Id;
        ReleaseClaim claim = new(patient.Id, entry.Leaf, access, entry.Outcome, requester);
        if (!ReleasePolicy.Decide(claim, view, tip.Time, clock.GetUtcNow().ToUnixTimeMilliseconds()).TryGet(out ReleasedRecords? released, out fault)) return fault;
        if (!Start(request).TryGet(out int start, out fault)) return fault;

        List<RecordEntryRow> records = Wanted(request, released);
        if (start > records.Count) return BadCursor;
        PageBuilder page = new(ledger, shard, request.WantContent);
        int next = start;
        while (next < records.Count && !page.IsFull)
        {
            if (page.Add(records[next]) is { } missing) return missing;
            next++;
        }
        List<ReadOnlyMemory<byte>> keys = [];
        if (start == 0 && !SealedKeys(view, entry, released, requester).TryGet(out keys!, out fault)) return fault;
        return new ReleasePage
        {
            SegmentLists = start == 0 && access.Records is null ? [.. released.Segments.Select(ListOf)] : null,
            SealedKeys = keys,
            Records = page.Records,
            Envelopes = page.Envelopes,
            Cursor = next < records.Count ? CursorOf(next) : null,
        };
    }

    private Result<CommittedEntry> Access(ReleaseRequest request, LedgerView view)
    {
        if (request.Shard != shard) return NoPermit;
        if (view.StatementById(request.StatementId) is not { } place || request.Index < 0 || request.Index >= place.Events) return NoPermit;
        if (!ledger.Entry(shard, place.Leaf + 1 + request.Index).TryGet(out CommittedEntry? entry, out Fault fault)) return fault;
        return entry.Event.Type == EventType.AccessRequest && entry.Event.Subject == patient.ToString() ? entry : NoPermit;
    }

    private static List<RecordEntryRow> Wanted(ReleaseRequest request, ReleasedRecords released)
    {
        IEnumerable<RecordEntryRow> all = released.Records.Count > 0
            ? released.Records.Select(record => record.Entry)
            : released.Segments.SelectMany(segment => segment.Events).Where(entry => entry.Kind != RecordEntryKind.Retract);
        if (request.Records is not { } chosen) return [.. all];
        HashSet<Hash32> names = [.. chosen];
        return [.. all.Where(entry => names.Contains(entry.Record))];
    }

    private static SegmentList ListOf(ReleasedSegment segment) =>
        new(segment.Segment, [.. segment.Events.Select(entry => new SegmentItem(entry.Record, entry.Kind == RecordEntryKind.Retract))]);

    // What opens the envelopes: the grant's own objects where a grant permitted, else the controller's; and every predecessor behind them.
    private Result<List<ReadOnlyMemory<byte>>> SealedKeys(LedgerView view, CommittedEntry entry, ReleasedRecords released, Hash32 requester)
    {
        List<ReadOnlyMemory<byte>> found = [];
        HashSet<Hash32> seen = [];
        Fault? missing = null;
        if (entry.Outcome.Grant is { } id && view.Grant(patient.Id, id) is { } grant)
        {
            Collect(grant.Terms.Objects, ObjectKind.SealedKey, ObjectKind.SealedRecordKeys);
            if (grant is { UsesLeft: 0, End: null }) usedUp();
        }
        IEnumerable<Id16> segments = released.Segments.Select(segment => segment.Segment).Concat(released.Records.Select(record => record.Place.Segment)).Distinct();
        Hash32? steward = view.Identity(patient.Id)?.Steward;
        foreach (Id16 segment in segments)
        {
            Hash32? owner = view.Segment(patient.Id, segment)?.Owner;
            bool controls = requester == patient.Id || owner == requester || (owner == patient.Id && steward == requester);
            foreach ((_, SegmentKeyRow key) in view.SegmentKeys(patient.Id, segment))
            {
                if (controls) Collect(key.Objects, ObjectKind.SealedKey, ObjectKind.Predecessor);
                else Collect(key.Objects, ObjectKind.Predecessor);
            }
        }
        return missing is { } fault ? fault : found;

        void Collect(IReadOnlyList<Hash32> names, params ReadOnlySpan<ObjectKind> kinds)
        {
            foreach (Hash32 name in names)
            {
                if (!seen.Add(name)) continue;
                if (!ledger.Object(name).TryGet(out ReadOnlyMemory<byte> bytes, out Fault unavailable)) missing ??= unavailable;
                else if (VaultObject.Check(bytes.Span).TryGet(out ObjectKind kind, out _) && kinds.Contains(kind)) found.Add(bytes);
            }
        }
    }

    private static Result<int> Start(ReleaseRequest request)
    {
        if (request.Cursor.IsEmpty) return 0;
        if (request.Cursor.Length != sizeof(int)) return BadCursor;
        int start = BinaryPrimitives.ReadInt32BigEndian(request.Cursor.Span);
        return start > 0 ? start : BadCursor;
    }

    private static byte[] CursorOf(int position)
    {
        byte[] cursor = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(cursor, position);
        return cursor;
    }

    private static Fault NoPermit => new(FaultCode.PermitMissing, "This is no committed access to this patient.");

    private static Fault BadCursor => new(FaultCode.FormatValue, "The cursor is not one that the last page gave.");
}
