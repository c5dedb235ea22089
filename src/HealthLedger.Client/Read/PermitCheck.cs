using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Read;

/// <summary>Holds an answer against its permit: the list must have the permit's count and root, and everything on it must come.</summary>
internal sealed class PermitCheck
{
    private readonly HashSet<Hash32> _expected;
    private readonly HashSet<Hash32> _retracted = [];

    private PermitCheck(IEnumerable<Hash32> expected, IReadOnlyList<SegmentList>? lists)
    {
        _expected = [.. expected];
        if (lists is null) return;
        foreach (SegmentList list in lists)
            foreach (SegmentItem item in list.Items)
                if (item.IsRetraction) _retracted.Add(item.RecordId);
    }

    /// <summary>How many records have not come yet.</summary>
    public int Missing => _expected.Count;

    /// <summary>Checks the list of the first page.</summary>
    public static Result<PermitCheck> Of(Permit permit, IReadOnlyList<SegmentList>? lists, IReadOnlyList<Hash32>? wanted)
    {
        IEnumerable<Hash32> all;
        (ulong Count, Hash32 Root) found;
        if (permit.Records is { } named)
        {
            (found, all) = (PermitList.OfRecords(named), named);
        }
        else
        {
            if (lists is null) return new Fault(FaultCode.RecordListWrong, "The answer has no record list.");
            for (int i = 1; i < lists.Count; i++)
                if (lists[i - 1].Segment.CompareTo(lists[i].Segment) >= 0) return new Fault(FaultCode.RecordListWrong, "The segments of the list are not ascending.");
            (found, all) = (PermitList.OfSegments(lists), lists.SelectMany(list => list.Items).Where(item => !item.IsRetraction).Select(item => item.RecordId));
        }
        if (permit.Outcome.Count is not { } count || count != (long)found.Count || permit.Outcome.Root != found.Root)
            return new Fault(FaultCode.RecordListWrong, "The answer's record list is not the one that the permit opens.");
        PermitCheck check = new(all, lists);
        if (wanted is null) return check;
        if (wanted.FirstOrDefault(record => !check._expected.Contains(record)) is { IsZero: false }) return new Fault(FaultCode.RecordListWrong, "A record that is wanted is not on the permit's list.");
        check._expected.IntersectWith(wanted);
        return check;
    }

    /// <summary>True when a record was expected and has not come before.</summary>
    public bool Take(Hash32 record) => _expected.Remove(record);

    /// <summary>True when the list says that the record was entered in error.</summary>
    public bool IsRetracted(Hash32 record) => _retracted.Contains(record);
}
