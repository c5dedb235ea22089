using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>
/// Who may read what, now: the patient the own record; a steward and an owner their segments, for care and its administration; an
/// organization what one grant gives it beside. Everything else is denied, with the reason of the grant that came closest. Costs: one row
/// for each segment asked for, one for each running grant of this patient to this organization (at most 64), whatever else there is.
/// </summary>
internal static class Consent
{
    private const int GrantIdAt = 1 + 2 * Hash32.Length;

    /// <summary>Decides an access.</summary>
    public static Decision Decide(RuleContext context, Hash32 subject, in Signer signer, AccessBody body)
    {
        if (!context.TryIdentity(subject, out IdentityRow? identity)) return Decision.Deny(FaultCode.SubjectUnknown);
        if (Wanted(context, subject, body, out List<(Id16 Id, SegmentRow Row)> wanted) is { } unknown) return Decision.Deny(unknown);
        if (signer.Issuer == subject) return DecideSelf(signer, body, wanted);
        bool isSteward = identity.Steward == signer.Issuer;
        bool ownPurpose = RuleLimits.IsOwnPurpose(body.Purpose), hasOwn = false;
        List<Id16> open = [], closed = [];
        foreach ((Id16 id, SegmentRow row) in wanted)
        {
            bool own = row.Owner == signer.Issuer || (isSteward && row.Owner == subject);
            hasOwn |= own;
            (own && ownPurpose ? open : closed).Add(id);
        }
        bool all = body.Segments is null && body.Records is null;
        if (closed.Count > 0 || (open.Count == 0 && !isSteward) || body.Grant is not null)
        {
            Decision byGrant = ByGrant(context, subject, signer.Issuer, body, open, closed);
            // Whoever asks for everything gets what is one's own, also where no grant adds to it; unless a grant was named.
            if (byGrant.IsPermit || body.Grant is not null || !all || (open.Count == 0 && !(isSteward && ownPurpose)))
                return !byGrant.IsPermit && byGrant.Reason == FaultCode.NoGrant && (hasOwn || isSteward) && !ownPurpose ? Decision.Deny(FaultCode.OwnPurposeUnfit) : byGrant;
        }
        if (!ownPurpose) return Decision.Deny(FaultCode.OwnPurposeUnfit);
        return Decision.Permit(isSteward ? FaultCode.PermittedSteward : FaultCode.PermittedOwner, body.Records is null ? open : []);
    }

    /// <summary>True when a running grant lets an organization add records to a segment.</summary>
    public static bool HasDeposit(RuleContext context, Hash32 subject, Hash32 organization, Id16 segment)
    {
        foreach (Row row in context.Scan(RowKey.Of(Table.GrantLive, subject).Add(organization)))
        {
            GrantLiveRow grant = new(row.Value);
            if (grant.Rights.HasFlag(Rights.Deposit) && grant.From <= context.Time && context.Time < grant.Until && grant.UsesLeft > 0 && grant.Covers(segment)) return true;
        }
        return false;
    }

    private static Decision DecideSelf(in Signer signer, AccessBody body, List<(Id16 Id, SegmentRow Row)> wanted)
    {
        if (signer.Authority == Authority.Steward) return Decision.Deny(FaultCode.StewardMayNot);
        if (signer.Authority == Authority.Patient && body.Purpose != Purpose.PatientRequest) return Decision.Deny(FaultCode.PatientPurposeUnfit);
        return Decision.Permit(FaultCode.PermittedSelf, body.Records is null ? [.. wanted.Select(segment => segment.Id)] : []);
    }

    /// <summary>The segments that the access is about, ascending; a reason where one or a record is unknown.</summary>
    private static FaultCode? Wanted(RuleContext context, Hash32 subject, AccessBody body, out List<(Id16 Id, SegmentRow Row)> wanted)
    {
        wanted = [];
        if (body.Segments is { } segments)
        {
            foreach (Id16 id in segments)
            {
                if (!context.TrySegment(subject, id, out SegmentRow row)) return FaultCode.SegmentUnknown;
                wanted.Add((id, row));
            }
        }
        else if (body.Records is { } records)
        {
            foreach (Hash32 record in records)
            {
                if (!RecordContract.TryPlace(context, subject, record, out RecordPlaceRow place)) return FaultCode.RecordUnknown;
                if (wanted.Exists(segment => segment.Id == place.Segment)) continue;
                context.TrySegment(subject, place.Segment, out SegmentRow row);
                wanted.Add((place.Segment, row));
            }
        }
        else
        {
            foreach (Row row in context.Scan(RowKey.Of(Table.Segment, subject)))
                wanted.Add((new Id16(row.Key.Span[(1 + Hash32.Length)..]), SegmentRow.Decode(row.Value.Span)));
        }
        return null;
    }

    /// <summary>
    /// The one grant that opens the closed segments: all of them where they were named, otherwise the most. Between equals one that
    /// does not count uses, then the lowest id.
    /// </summary>
    private static Decision ByGrant(RuleContext context, Hash32 subject, Hash32 organization, AccessBody body, List<Id16> open, List<Id16> closed)
    {
        (int rank, FaultCode reason) closest = (0, FaultCode.NoGrant);
        (int covered, bool counted, Id16 id, GrantLiveRow live)? best = null;
        foreach (Row row in context.Scan(RowKey.Of(Table.GrantLive, subject).Add(organization)))
        {
            Id16 id = new(row.Key.Span[GrantIdAt..]);
            if (body.Grant is { } named && named != id) continue;
            GrantLiveRow grant = new(row.Value);
            int covered = 0;
            foreach (Id16 segment in closed)
                if (grant.Covers(segment)) covered++;
            (int rank, FaultCode reason) = Check(context, subject, grant, id, body, closed, covered);
            if (reason != FaultCode.None)
            {
                if (rank > closest.rank) closest = (rank, reason);
                continue;
            }
            bool counted = grant.UsesLeft != GrantLiveRow.AnyUses;
            if (best is not { } held || covered > held.covered || (covered == held.covered && held.counted && !counted)) best = (covered, counted, id, grant);
        }
        if (best is not { } chosen) return Decision.Deny(closest.rank > 0 ? closest.reason : WithoutGrant(context, subject, organization, body.Grant));
        if (body.Records is not null) return Decision.Permit([], chosen.id, chosen.live);
        List<Id16> segments = [.. open, .. closed.Where(chosen.live.Covers)];
        segments.Sort();
        return Decision.Permit(segments, chosen.id, chosen.live);
    }

    /// <summary>The first rule that keeps a grant from opening what is asked, and how far it came; no reason when none does.</summary>
    private static (int Rank, FaultCode Reason) Check(RuleContext context, Hash32 subject, GrantLiveRow grant, Id16 id, AccessBody body, List<Id16> closed, int covered)
    {
        bool all = body.Segments is null && body.Records is null;
        if (!grant.Rights.HasFlag(Rights.Read)) return (1, FaultCode.ReadNotGranted);
        if (all ? covered == 0 : covered < closed.Count) return (2, FaultCode.SegmentNotGranted);
        if (!grant.Admits(body.Purpose)) return (3, FaultCode.PurposeNotGranted);
        if (grant.HasPerson && grant.Person != body.Person) return (4, FaultCode.PersonNotGranted);
        if (context.Time < grant.From) return (5, FaultCode.GrantNotYet);
        if (context.Time >= grant.Until) return (6, FaultCode.GrantEnded);
        if (grant.UsesLeft == 0) return (7, FaultCode.GrantUsedUp);
        if (!grant.IsNarrow) return (9, FaultCode.None);
        if (body.Records is null) return (8, FaultCode.RecordsNotNamed);
        return OpensRecords(context, subject, id, body.Records, closed) ? (9, FaultCode.None) : (8, FaultCode.RecordNotGranted);
    }

    private static bool OpensRecords(RuleContext context, Hash32 subject, Id16 grant, IReadOnlyList<Hash32> records, List<Id16> closed)
    {
        context.State.TryGet(RowKey.Of(Table.GrantTerms, subject).Add(grant), out ReadOnlySpan<byte> value);
        GrantBody terms = GrantTermsRow.Decode(value).Body;
        Hash32[]? listed = terms.Records as Hash32[] ?? terms.Records?.ToArray();
        foreach (Hash32 record in records)
        {
            if (!RecordContract.TryEntry(context, subject, record, out RecordPlaceRow place, out RecordEntryRow? entry)) return false;
            if (!closed.Contains(place.Segment)) continue;
            if (listed is not null && Array.BinarySearch(listed, record) < 0) return false;
            if (terms.Ledger is { } range && (entry.Time < range.From || entry.Time >= range.Until)) return false;
        }
        return true;
    }

    /// <summary>Why, where no running grant is a candidate: the named one's end, or the last one's.</summary>
    private static FaultCode WithoutGrant(RuleContext context, Hash32 subject, Hash32 organization, Id16? named)
    {
        if (named is { } id)
        {
            if (context.State.TryGet(RowKey.Of(Table.GrantEnd, subject).Add(id), out ReadOnlySpan<byte> end)) return Reason(GrantEndRow.Decode(end).Ending);
            return context.State.Contains(RowKey.Of(Table.GrantTerms, subject).Add(id)) ? FaultCode.NoGrant : FaultCode.GrantUnknown;
        }
        return context.State.TryGet(RowKey.Of(Table.GrantLastEnd, subject).Add(organization), out ReadOnlySpan<byte> last) ? Reason((GrantEnding)last[0]) : FaultCode.NoGrant;
    }

    private static FaultCode Reason(GrantEnding ending) => ending switch
    {
        GrantEnding.Revoked => FaultCode.GrantRevoked,
        GrantEnding.UsedUp => FaultCode.GrantUsedUp,
        _ => FaultCode.GrantEnded,
    };
}
