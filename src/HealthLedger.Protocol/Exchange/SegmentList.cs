using HealthLedger.Protocol.Cbor;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// One item of a segment's list: a record, or the retraction of one. Its bytes are the leaf that the permit's root is over
/// (FORMATS.md section 2).
/// </summary>
/// <param name="RecordId">The record.</param>
/// <param name="IsRetraction">True where the item says that the record was entered in error.</param>
public readonly record struct SegmentItem(Hash32 RecordId, bool IsRetraction);

/// <summary>The record events of one segment in ledger order, as many as there were when the permit was decided.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Items">Records and retractions, oldest first.</param>
public sealed record SegmentList(Id16 Segment, IReadOnlyList<SegmentItem> Items)
{
    internal void Write(CborWriter writer)
    {
        writer.WriteArrayStart(2);
        writer.WriteBytes(Segment.Bytes);
        ExchangeCodec.WriteList(writer, Items, static (w, item) =>
        {
            if (item.IsRetraction)
            {
                w.WriteArrayStart(2);
                w.WriteHash(item.RecordId);
                w.WriteInt(0);
                return;
            }
            w.WriteHash(item.RecordId);
        });
    }

    internal static SegmentList Read(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        reader.ReadArrayStart(2);
        Id16 segment = ExchangeCodec.ReadId(ref reader);
        return new SegmentList(segment, ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.SegmentItemsMax, ReadItem));
    }

    private static SegmentItem ReadItem(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        if (reader.PeekType != CborType.Array) return new SegmentItem(reader.ReadHash(), IsRetraction: false);
        reader.ReadArrayStart(2);
        Hash32 record = reader.ReadHash();
        reader.ReadUInt(0);
        return new SegmentItem(record, IsRetraction: true);
    }
}
