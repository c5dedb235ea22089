using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>500: permits or denies an access, uses up one use of the grant that a permit rests on, and writes the patient's log.</summary>
internal static class AccessContract
{
    public static Outcome Request(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!AccessBody.Decode(item.Body.Span).TryGet(out AccessBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        Decision decision = Consent.Decide(context, subject, signer, body);
        Outcome outcome = Outcome.Denied(decision.Reason);
        if (decision.IsPermit)
        {
            (long count, Hash32 root) = body.Records is { } records ? (records.Count, PermitList.OfRecords(records).Root) : ListOf(context, subject, decision.Segments);
            outcome = Outcome.Permitted(decision.Reason, count, root, decision.Grant);
            if (decision.Grant is { } grant && decision.Live.UsesLeft != GrantLiveRow.AnyUses)
                context.State.Put(RowKey.Of(Table.GrantLive, subject).Add(signer.Issuer).Add(grant), decision.Live.Used());
        }
        if (decision.Reason == FaultCode.SubjectUnknown) return outcome;
        context.Log(subject, context.Line(item, signer, outcome.Kind, outcome.Reason) with
        {
            Access = new LogAccess(body.Purpose, body.Role, body.Person, body.Note, outcome.Count ?? 0),
            Grant = decision.Grant,
        });
        return outcome;
    }

    /// <summary>Count and root of whole segments at this place in the order: about log2 of the count hashes for each.</summary>
    private static (long Count, Hash32 Root) ListOf(RuleContext context, Hash32 subject, IReadOnlyList<Id16> segments)
    {
        CborWriter writer = new(64);
        Hash32[] leaves = new Hash32[segments.Count];
        long total = 0;
        for (int i = 0; i < leaves.Length; i++)
        {
            context.State.TryGet(RowKey.Of(Table.SegmentList, subject).Add(segments[i]), out ReadOnlySpan<byte> list);
            long count = SegmentListRow.Count(list);
            leaves[i] = RecordList.SegmentLeaf(writer, segments[i], count, SegmentListRow.Root(list));
            total += count;
        }
        return (total, MerkleTree.Root(leaves));
    }
}
