using System.Diagnostics.CodeAnalysis;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>Records: added by who may deposit, followed by newer versions and retracted by their author alone, never changed.</summary>
internal static class RecordContract
{
    /// <summary>300: a first version.</summary>
    public static Outcome Add(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!RecordBody.Decode(item.Body.Span, amend: false).TryGet(out RecordBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Authority == Authority.Steward) return Outcome.Refused(FaultCode.StewardMayNot);
        if (Repeated(context, signer, body.RecordKey, body.ContentKey) is { } repeated) return repeated;
        if (!context.TrySegment(subject, body.Segment, out SegmentRow segment)) return NoSegment(context, subject);
        if (!MayDeposit(context, subject, segment, body.Segment, signer)) return Outcome.Refused(FaultCode.DepositNotAllowed);
        if (segment.NewestKey != body.SegmentKey) return Outcome.Refused(FaultCode.SegmentKeyStale);
        RowKey resource = RowKey.Of(Table.Resource, subject).Add(body.Resource);
        // A resource id is one thing in the whole shard, so that a door finds its subject by the id alone.
        RowKey resourcePlace = RowKey.Of(Table.ResourcePlace).Add(body.Resource);
        if (context.State.Contains(resourcePlace)) return Outcome.Refused(FaultCode.ResourceExists);
        context.State.Put(resourcePlace, subject.ToArray());
        context.State.Put(resource, new ResourceRow(signer.Issuer, item.Hash, 1, Retracted: false).Encode(context.Writer));
        Append(context, item, subject, signer, body, RecordEntryKind.Add);
        return Outcome.Applied;
    }

    /// <summary>301: a newer version of the newest one, by its author. Into another segment only by who may deposit there.</summary>
    public static Outcome Amend(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!RecordBody.Decode(item.Body.Span, amend: true).TryGet(out RecordBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Authority == Authority.Steward) return Outcome.Refused(FaultCode.StewardMayNot);
        if (Repeated(context, signer, body.RecordKey, body.ContentKey) is { } repeated) return repeated;
        if (!TryEntry(context, subject, body.Amends!.Value, out RecordPlaceRow place, out RecordEntryRow? amended)) return Outcome.Refused(FaultCode.RecordUnknown);
        if (amended.Author != signer.Issuer) return Outcome.Refused(FaultCode.AuthorOnly);
        if (amended.Resource != body.Resource) return Outcome.Refused(FaultCode.ResourceDiffers);
        ResourceRow resource = Resource(context, subject, body.Resource);
        if (resource.Retracted) return Outcome.Refused(FaultCode.RecordRetracted);
        if (resource.Newest != amended.Record) return Outcome.Refused(FaultCode.RecordNotNewest);
        if (!context.TrySegment(subject, body.Segment, out SegmentRow segment)) return Outcome.Refused(FaultCode.SegmentUnknown);
        // An author keeps the duty to correct where the record stands, also after the right to deposit has ended.
        if (place.Segment != body.Segment && !MayDeposit(context, subject, segment, body.Segment, signer)) return Outcome.Refused(FaultCode.DepositNotAllowed);
        if (segment.NewestKey != body.SegmentKey) return Outcome.Refused(FaultCode.SegmentKeyStale);
        PutResource(context, subject, body.Resource, resource with { Newest = item.Hash, Versions = resource.Versions + 1 });
        Append(context, item, subject, signer, body, RecordEntryKind.Amend);
        return Outcome.Applied;
    }

    /// <summary>302: the author marks the newest version as entered in error. Nothing is removed.</summary>
    public static Outcome Retract(in Event item, Hash32 subject, in Signer signer, RuleContext context)
    {
        if (!RetractBody.Decode(item.Body.Span).TryGet(out RetractBody? body, out _)) return Outcome.Refused(FaultCode.BodyMalformed);
        if (signer.Authority == Authority.Steward) return Outcome.Refused(FaultCode.StewardMayNot);
        if (Repeated(context, signer, body.RecordKey, body.Record) is { } repeated) return repeated;
        if (!TryEntry(context, subject, body.Record, out RecordPlaceRow place, out RecordEntryRow? record)) return Outcome.Refused(FaultCode.RecordUnknown);
        if (record.Author != signer.Issuer) return Outcome.Refused(FaultCode.AuthorOnly);
        ResourceRow resource = Resource(context, subject, record.Resource);
        if (resource.Retracted) return Outcome.Refused(FaultCode.RecordRetracted);
        if (resource.Newest != body.Record) return Outcome.Refused(FaultCode.RecordNotNewest);
        PutResource(context, subject, record.Resource, resource with { Retracted = true });
        RecordEntryRow mark = new()
        {
            Kind = RecordEntryKind.Retract,
            Record = body.Record,
            Resource = record.Resource,
            Author = signer.Issuer,
            Leaf = context.Leaf,
            Time = context.Time,
        };
        AppendEntry(context, subject, place.Segment, mark, RecordList.RetractionLeaf(body.Record));
        PutKey(context, signer, body.RecordKey, body.Record, body.Record);
        context.Log(subject, context.Line(item, signer) with { Segment = place.Segment, Record = body.Record });
        return Outcome.Applied;
    }

    /// <summary>Finds a record of a subject by its id.</summary>
    internal static bool TryEntry(RuleContext context, Hash32 subject, Hash32 record, out RecordPlaceRow place, [NotNullWhen(true)] out RecordEntryRow? entry)
    {
        entry = null;
        if (!TryPlace(context, subject, record, out place)) return false;
        if (!context.State.TryGet(RowKey.Of(Table.RecordEntry, subject).Add(place.Segment).Add(place.Position), out ReadOnlySpan<byte> value)) return false;
        entry = RecordEntryRow.Decode(value);
        return true;
    }

    /// <summary>Finds where a record of a subject stands.</summary>
    internal static bool TryPlace(RuleContext context, Hash32 subject, Hash32 record, out RecordPlaceRow place)
    {
        bool found = context.State.TryGet(RowKey.Of(Table.RecordPlace, record), out ReadOnlySpan<byte> value);
        place = found ? RecordPlaceRow.Decode(value) : default;
        return found && place.Subject == subject;
    }

    /// <summary>The same record again is a duplicate; the same key with another content is a conflict; null for a new key.</summary>
    private static Outcome? Repeated(RuleContext context, in Signer signer, Hash32 recordKey, Hash32 contentKey)
    {
        if (!context.State.TryGet(RowKey.Of(Table.RecordKey, signer.Issuer).Add(recordKey), out ReadOnlySpan<byte> value)) return null;
        RecordKeyRow known = RecordKeyRow.Decode(value);
        return known.ContentKey == contentKey ? Outcome.Duplicate(known.Leaf) : Outcome.Refused(FaultCode.RecordConflict);
    }

    private static Outcome NoSegment(RuleContext context, Hash32 subject) =>
        Outcome.Refused(context.TryIdentity(subject, out _) ? FaultCode.SegmentUnknown : FaultCode.SubjectUnknown);

    private static bool MayDeposit(RuleContext context, Hash32 subject, SegmentRow segment, Id16 id, in Signer signer)
    {
        if (segment.Owner == signer.Issuer) return true;
        if (segment.Owner == subject && context.TryIdentity(subject, out IdentityRow? identity) && identity.Steward == signer.Issuer) return true;
        return signer.Authority == Authority.Organization && Consent.HasDeposit(context, subject, signer.Issuer, id);
    }

    private static ResourceRow Resource(RuleContext context, Hash32 subject, Id16 resource)
    {
        context.State.TryGet(RowKey.Of(Table.Resource, subject).Add(resource), out ReadOnlySpan<byte> value);
        return ResourceRow.Decode(value);
    }

    private static void PutResource(RuleContext context, Hash32 subject, Id16 resource, ResourceRow row) =>
        context.State.Put(RowKey.Of(Table.Resource, subject).Add(resource), row.Encode(context.Writer));

    private static void Append(RuleContext context, in Event item, Hash32 subject, in Signer signer, RecordBody body, RecordEntryKind kind)
    {
        RecordEntryRow entry = new()
        {
            Kind = kind,
            Record = item.Hash,
            Resource = body.Resource,
            Author = signer.Issuer,
            Leaf = context.Leaf,
            Time = context.Time,
            Amends = body.Amends,
            SegmentKey = body.SegmentKey,
            Manifest = body.Manifest,
            Content = body.Content,
            WrappedKeys = body.WrappedKeys,
            Envelope = body.Envelope,
        };
        long position = AppendEntry(context, subject, body.Segment, entry, RecordList.RecordLeaf(item.Hash));
        context.State.Put(RowKey.Of(Table.RecordPlace, item.Hash), new RecordPlaceRow(subject, body.Segment, position).Encode(context.Writer));
        PutKey(context, signer, body.RecordKey, body.ContentKey, item.Hash);
        context.Log(subject, context.Line(item, signer) with { Segment = body.Segment, Record = item.Hash });
    }

    private static long AppendEntry(RuleContext context, Hash32 subject, Id16 segment, RecordEntryRow entry, Hash32 leaf)
    {
        RowKey list = RowKey.Of(Table.SegmentList, subject).Add(segment);
        context.State.TryGet(list, out ReadOnlySpan<byte> before);
        long position = SegmentListRow.Count(before);
        context.State.Put(list, SegmentListRow.Append(before, leaf));
        context.State.Put(RowKey.Of(Table.RecordEntry, subject).Add(segment).Add(position), entry.Encode(context.Writer));
        return position;
    }

    private static void PutKey(RuleContext context, in Signer signer, Hash32 recordKey, Hash32 contentKey, Hash32 record) =>
        context.State.Put(RowKey.Of(Table.RecordKey, signer.Issuer).Add(recordKey), new RecordKeyRow(contentKey, record, context.Leaf).Encode(context.Writer));
}
