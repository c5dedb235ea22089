using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>Consents: given and revoked in the subject's name alone; ended by block time or use, which a member's entry then states.</summary>
internal static class GrantContract
{
    /// <summary>400: a grant begins. Its id is never used again, so that an old one cannot be played back.</summary>
    public static Outcome Create(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!GrantBody.Decode(item.Body.Span).TryGet(out GrantBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Issuer != subject) return Outcome.Refused(FaultCode.SubjectOnly);
        if (!context.TryIdentity(subject, out IdentityRow? identity)) return Outcome.Refused(FaultCode.SubjectUnknown);
        bool stewarded = signer.Authority == Authority.Steward;
        if (stewarded != body.Stewarded || (stewarded && body.Purposes.Any(purpose => purpose is not (Purpose.Treatment or Purpose.CareCoordination))))
            return Outcome.Refused(FaultCode.StewardGrantUnfit);
        if (body.Grantee.Network != context.Network || !context.Directory.TryGet(body.Grantee.Id, out _)) return Outcome.Refused(FaultCode.GranteeUnknown);
        if (body.Grantee.Id == subject || body.Grantee.Id == identity.Steward) return Outcome.Refused(FaultCode.GranteeIsGrantor);
        if (context.State.Contains(RowKey.Of(Table.GrantTerms, subject).Add(body.Grant))) return Outcome.Refused(FaultCode.GrantExists);
        if (body.Until <= context.Time) return Outcome.Refused(FaultCode.GrantAlreadyOver);
        foreach (Id16 id in body.Segments)
        {
            if (!context.TrySegment(subject, id, out SegmentRow segment)) return Outcome.Refused(FaultCode.SegmentUnknown);
            if (stewarded && segment.Owner != subject) return Outcome.Refused(FaultCode.SegmentNotOwned);
        }
        foreach (Hash32 record in body.Records ?? [])
            if (!RecordContract.TryPlace(context, subject, record, out RecordPlaceRow place) || !body.Segments.Contains(place.Segment)) return Outcome.Refused(FaultCode.RecordUnknown);
        if (context.Scan(RowKey.Of(Table.GrantLive, subject).Add(body.Grantee.Id)).Take(RuleLimits.GrantsOfPair).Count() == RuleLimits.GrantsOfPair)
            return Outcome.Refused(FaultCode.GrantsTooMany);
        context.State.Put(RowKey.Of(Table.GrantTerms, subject).Add(body.Grant), GrantTermsRow.Encode(context.Writer, context.Leaf, context.Time, item.Body.Span));
        context.State.Put(RowKey.Of(Table.GrantLive, subject).Add(body.Grantee.Id).Add(body.Grant), GrantLiveRow.Encode(context.Writer, body));
        context.Log(subject, context.Line(item, signer) with { Grant = body.Grant, Grantee = body.Grantee.Id });
        return Outcome.Applied;
    }

    /// <summary>401: the grant ends in this very place. One that has ended already is a duplicate of its end.</summary>
    public static Outcome Revoke(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!RevokeBody.Decode(item.Body.Span).TryGet(out RevokeBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Issuer != subject) return Outcome.Refused(FaultCode.SubjectOnly);
        if (!TryGrantee(context, subject, body.Grant, out Hash32 grantee)) return Outcome.Refused(FaultCode.GrantUnknown);
        if (Ended(context, subject, body.Grant) is { } end) return Outcome.Duplicate(end.Leaf);
        End(context, item, subject, signer, body.Grant, grantee, GrantEnding.Revoked);
        return Outcome.Applied;
    }

    /// <summary>402: a member states that a grant has ended by time or use. Deciding never waits for it.</summary>
    public static Outcome Close(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!CloseBody.Decode(item.Body.Span).TryGet(out CloseBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Authority != Authority.Organization || !signer.IsMember) return Outcome.Refused(FaultCode.MemberOnly);
        if (!TryGrantee(context, subject, body.Grant, out Hash32 grantee)) return Outcome.Refused(FaultCode.GrantUnknown);
        if (Ended(context, subject, body.Grant) is { } end) return Outcome.Duplicate(end.Leaf);
        context.State.TryGet(LiveKey(subject, grantee, body.Grant).Span, out ReadOnlyMemory<byte> value);
        GrantLiveRow live = new(value);
        if (context.Time < live.Until && live.UsesLeft > 0) return Outcome.Refused(FaultCode.GrantStillRuns);
        End(context, item, subject, signer, body.Grant, grantee, live.UsesLeft == 0 ? GrantEnding.UsedUp : GrantEnding.Expired);
        return Outcome.Applied;
    }

    private static bool TryGrantee(RuleContext context, Hash32 subject, Id16 grant, out Hash32 grantee)
    {
        bool found = context.State.TryGet(RowKey.Of(Table.GrantTerms, subject).Add(grant), out ReadOnlySpan<byte> terms);
        grantee = found ? GrantTermsRow.Decode(terms).Body.Grantee.Id : default;
        return found;
    }

    private static GrantEndRow? Ended(RuleContext context, Hash32 subject, Id16 grant) =>
        context.State.TryGet(RowKey.Of(Table.GrantEnd, subject).Add(grant), out ReadOnlySpan<byte> value) ? GrantEndRow.Decode(value) : null;

    private static void End(RuleContext context, in Event item, Hash32 subject, in Signer signer, Id16 grant, Hash32 grantee, GrantEnding ending)
    {
        context.State.Remove(LiveKey(subject, grantee, grant));
        context.State.Put(RowKey.Of(Table.GrantEnd, subject).Add(grant), new GrantEndRow(ending, context.Leaf, context.Time).Encode(context.Writer));
        context.State.Put(RowKey.Of(Table.GrantLastEnd, subject).Add(grantee), [(byte)ending]);
        context.Log(subject, context.Line(item, signer) with { Grant = grant, Grantee = grantee });
    }

    private static RowKey LiveKey(Hash32 subject, Hash32 grantee, Id16 grant) => RowKey.Of(Table.GrantLive, subject).Add(grantee).Add(grant);
}
