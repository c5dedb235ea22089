using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Rules.Contracts;

namespace HealthLedger.Rules.Release;

/// <summary>What a reader checks before it believes an answer: that it is the whole list the permit opens, nothing left out, added or moved.</summary>
public static class RecordListCheck
{
    /// <summary>Checks whole segments against a permit; null when they are all. Two hashes a record.</summary>
    /// <param name="permit">The outcome in the committed entry.</param>
    /// <param name="segments">The answer, segments in any order.</param>
    public static Fault? Segments(Outcome permit, IEnumerable<ListedSegment> segments)
    {
        (long count, Hash32 root) = RecordList.OfSegments([.. segments.OrderBy(segment => segment.Segment)]);
        return Compare(permit, count, root);
    }

    /// <summary>Checks named records against a permit; null when they are all. Two hashes a record.</summary>
    /// <param name="permit">The outcome in the committed entry.</param>
    /// <param name="records">The answer, in the order asked.</param>
    public static Fault? Named(Outcome permit, IReadOnlyList<Hash32> records) => Compare(permit, records.Count, RecordList.RootOfNamed(records));

    private static Fault? Compare(Outcome permit, long count, Hash32 root)
    {
        if (permit.Kind != OutcomeKind.Permitted) return new Fault(FaultCode.PermitMissing, "The outcome is not a permit.");
        if (permit.Count != count) return new Fault(FaultCode.RecordListWrong, $"The answer has {count} record events; the permit opens {permit.Count}.");
        return permit.Root == root ? null : new Fault(FaultCode.RecordListWrong, "The answer is not the list of records that the permit opens.");
    }
}
