using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Checking;

/// <summary>
/// Which vault objects an event names (FORMATS.md section 2): those a replica has on its disk before it votes. A body that does not have
/// the form of its type names none; the rules refuse it.
/// </summary>
internal static class NamedObjects
{
    /// <summary>The names in all events of a block that are here.</summary>
    public static Hash32[] Of(Block block)
    {
        List<Hash32> names = [];
        foreach (BlockItem item in block.Items)
            if (item is SubmissionItem { Submission: var submission }) Collect(submission, names);
        return [.. names];
    }

    /// <summary>Adds the names in all events of a submission.</summary>
    public static void Collect(Submission submission, List<Hash32> names)
    {
        foreach (ref readonly Event item in submission.Events.AsSpan()) Collect(item.Type, item.Body, names);
    }

    private static void Collect(uint type, ReadOnlyMemory<byte> body, List<Hash32> names)
    {
        switch (type)
        {
            case EventType.RecordAdd or EventType.RecordAmend:
                CollectRecord(body.Span, names);
                break;
            case EventType.SegmentOpen when SegmentOpenBody.Decode(body.Span).TryGet(out SegmentOpenBody? open, out _):
                names.AddRange(open.Objects);
                break;
            case EventType.SegmentRotate when SegmentRotateBody.Decode(body.Span).TryGet(out SegmentRotateBody? rotate, out _):
                names.AddRange(rotate.Objects);
                break;
            case EventType.GrantCreate when GrantBody.Decode(body.Span).TryGet(out GrantBody? grant, out _):
                names.AddRange(grant.Objects);
                if (grant.Words is { } words) names.Add(words);
                break;
            case EventType.AccessRequest when AccessBody.Decode(body.Span).TryGet(out AccessBody? access, out _):
                names.Add(access.Note);
                break;
        }
    }

    /// <summary>Fields 6 to 9 of a record body, without an object made of it: records are most of what there is.</summary>
    private static void CollectRecord(ReadOnlySpan<byte> body, List<Hash32> names)
    {
        CborReader reader = new(body);
        int pairs = reader.ReadMapStart(), before = names.Count;
        while (reader.NextKey(ref pairs, out int key))
        {
            if (key is >= 6 and <= 9) names.Add(reader.ReadHash());
            else reader.ReadEncoded();
        }
        if (!reader.End()) names.RemoveRange(before, names.Count - before);
    }
}
