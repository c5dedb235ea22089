using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>The parts a record is cut into, who controls each, and the keys it has had.</summary>
internal static class SegmentContract
{
    /// <summary>200: the subject opens a segment of its own, or a provider one of its own under the subject.</summary>
    public static Outcome Open(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!SegmentOpenBody.Decode(item.Body.Span).TryGet(out SegmentOpenBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (!context.TryIdentity(subject, out _)) return Outcome.Refused(FaultCode.SubjectUnknown);
        if (signer.Issuer != subject && (signer.Roles & RuleLimits.Depositors) == 0) return Outcome.Refused(FaultCode.RoleMissing);
        if (context.TrySegment(subject, body.Segment, out _)) return Outcome.Refused(FaultCode.SegmentExists);
        int owned = 0;
        foreach (Row row in context.Scan(RowKey.Of(Table.Segment, subject)))
            if (SegmentRow.Decode(row.Value.Span).Owner == signer.Issuer) owned++;
        if (owned >= RuleLimits.SegmentsOfOwner) return Outcome.Refused(FaultCode.SegmentsTooMany);
        PutKey(context, subject, body.Segment, new SegmentRow(signer.Issuer, body.Key.KeyId, context.Leaf, 1), body.Key, body.Objects);
        context.State.Put(RowKey.Of(Table.SegmentList, subject).Add(body.Segment), SegmentListRow.Empty);
        context.Log(subject, context.Line(item, signer) with { Segment = body.Segment });
        return Outcome.Applied;
    }

    /// <summary>201: the owner gives the segment a new key; records are sealed to it from the next event on.</summary>
    public static Outcome Rotate(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!SegmentRotateBody.Decode(item.Body.Span).TryGet(out SegmentRotateBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (!context.TrySegment(subject, body.Segment, out SegmentRow segment)) return Outcome.Refused(FaultCode.SegmentUnknown);
        if (segment.Owner != signer.Issuer) return Outcome.Refused(FaultCode.SegmentNotOwned);
        if (context.State.Contains(RowKey.Of(Table.SegmentKey, subject).Add(body.Segment).Add(body.Key.KeyId))) return Outcome.Refused(FaultCode.SegmentKeyReused);
        PutKey(context, subject, body.Segment, segment with { NewestKey = body.Key.KeyId, Keys = segment.Keys + 1 }, body.Key, body.Objects);
        context.Log(subject, context.Line(item, signer) with { Segment = body.Segment });
        return Outcome.Applied;
    }

    private static void PutKey(RuleContext context, Hash32 subject, Id16 id, SegmentRow segment, PublicKey key, IReadOnlyList<Hash32> objects)
    {
        context.State.Put(RowKey.Of(Table.Segment, subject).Add(id), segment.Encode(context.Writer));
        SegmentKeyRow row = new() { Number = segment.Keys - 1, Leaf = context.Leaf, Sec1 = key.Sec1.ToArray(), Objects = objects };
        context.State.Put(RowKey.Of(Table.SegmentKey, subject).Add(id).Add(key.KeyId), row.Encode(context.Writer));
    }
}
