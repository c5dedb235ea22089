using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Rules.Release;

/// <summary>
/// Whether a holder of sealed keys and ciphertext may release them for a permit, now, by its own replica alone (PROTOCOL section 5): the
/// permit is committed there, the one who asks is the one who was permitted, it is at most 30 seconds old by the later of newest block time and
/// own clock, and the grant it rests on has neither been revoked nor ended since. Pure; about two rows and one for each record.
/// </summary>
public static class ReleasePolicy
{
    /// <summary>How long a permit releases, in milliseconds of block time.</summary>
    public const long PermitMilliseconds = 30_000;

    /// <summary>Decides, and names what may go out.</summary>
    /// <param name="request">The permit, and who asks.</param>
    /// <param name="view">The subject's shard in the own replica, committed rows only.</param>
    /// <param name="newestBlockTime">The newest block time of that shard in the own replica, in milliseconds since 1970.</param>
    /// <param name="clock">The own clock, in milliseconds since 1970.</param>
    public static Result<ReleasedRecords> Decide(ReleaseClaim request, LedgerView view, long newestBlockTime, long clock)
    {
        if (request.Outcome.Kind != OutcomeKind.Permitted || view.LogLine(request.Subject, request.Leaf) is not { Kind: OutcomeKind.Permitted, Access: { } access } line
            || line.Reason != request.Outcome.Reason || line.Grant != request.Outcome.Grant || access.Count != request.Outcome.Count || access.Note != request.Access.Note || access.Person != request.Access.Person)
            return new Fault(FaultCode.PermitMissing, "The own replica has no such committed permit.");
        // For the issuer, or the steward's key under it: whoever's key signed the access.
        if (line.Acting != request.Requester && line.Issuer != request.Requester) return new Fault(FaultCode.RequesterDiffers, "The one who asks is not the one who was permitted.");
        long now = Math.Max(newestBlockTime, clock);
        if (now - line.Time > PermitMilliseconds) return new Fault(FaultCode.PermitStale, $"The permit is {now - line.Time} ms old; it releases for {PermitMilliseconds} ms.");
        if (line.Grant is { } id && (view.Grant(request.Subject, id) is not { End: null } grant || now >= grant.Terms.Until))
            return new Fault(FaultCode.PermitGrantOver, "The grant was revoked or ended after the permit.");
        if (line.Reason == FaultCode.PermittedSteward && view.Identity(request.Subject)?.Steward != line.Issuer)
            return new Fault(FaultCode.PermitGrantOver, "The steward's rights ended after the permit.");
        return request.Access.Records is { } named ? Named(request, view, named) : Whole(request, view, line);
    }

    private static Result<ReleasedRecords> Named(ReleaseClaim request, LedgerView view, IReadOnlyList<Hash32> named)
    {
        List<RecordView> records = [];
        foreach (Hash32 id in named)
        {
            if (view.Record(id) is not { } record || record.Place.Subject != request.Subject) return Wrong;
            records.Add(record);
        }
        return PermitList.OfRecords(named).Root == request.Outcome.Root ? new ReleasedRecords([], records) : Wrong;
    }

    /// <summary>Whole segments: those of the permit, with the events that were in them at its place in the order.</summary>
    private static Result<ReleasedRecords> Whole(ReleaseClaim request, LedgerView view, LogRow line)
    {
        List<ReleasedSegment> segments = [];
        foreach (Id16 id in request.Access.Segments ?? Opened(request, view, line))
            segments.Add(new ReleasedSegment(id, [.. view.RecordsOf(request.Subject, id).TakeWhile(entry => entry.Leaf < request.Leaf)]));
        (ulong count, Hash32 root) = PermitList.OfSegments([.. segments.Select(segment => segment.ToList())]);
        return (long)count == request.Outcome.Count && root == request.Outcome.Root ? new ReleasedRecords(segments, []) : Wrong;
    }

    /// <summary>The segments that an access which names none opened: found again by the authority in its outcome, and held against its root.</summary>
    private static IEnumerable<Id16> Opened(ReleaseClaim request, LedgerView view, LogRow line)
    {
        HashSet<Id16>? granted = line.Grant is { } id ? [.. view.Grant(request.Subject, id)!.Terms.Segments] : null;
        Hash32 issuer = line.Issuer;
        bool own = RuleLimits.IsOwnPurpose(request.Access.Purpose);
        bool steward = own && view.Identity(request.Subject)?.Steward == issuer;
        foreach (SegmentView segment in view.Segments(request.Subject))
        {
            if (segment.Leaf > request.Leaf) continue;
            if (issuer == request.Subject || (own && segment.Owner == issuer) || (steward && segment.Owner == request.Subject) || granted?.Contains(segment.Segment) == true)
                yield return segment.Segment;
        }
    }

    private static Fault Wrong => new(FaultCode.RecordListWrong, "The records of the own replica are not those that the permit opens.");
}
