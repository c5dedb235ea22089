using HealthLedger.Protocol;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Rules.Release;

/// <summary>What a permit opens: whole segments, or single records.</summary>
/// <param name="Segments">Ascending by id; empty where records were named.</param>
/// <param name="Records">As asked; empty where segments are open.</param>
public sealed record ReleasedRecords(IReadOnlyList<ReleasedSegment> Segments, IReadOnlyList<RecordView> Records);

/// <summary>A segment with its record events up to the permit's place in the order.</summary>
/// <param name="Segment">Its id.</param>
/// <param name="Events">In ledger order, retractions too.</param>
public sealed record ReleasedSegment(Id16 Segment, IReadOnlyList<RecordEntryRow> Events)
{
    /// <summary>As an answer has it.</summary>
    public SegmentList ToList() => new(Segment, [.. Events.Select(entry => new SegmentItem(entry.Record, entry.Kind == RecordEntryKind.Retract))]);
}
