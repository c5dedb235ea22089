using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Rules.Contracts;

/// <summary>
/// The leaves of the record list that a permit opens (FORMATS.md section 2), for rules that keep compact ranges and never see a whole list. Who
/// has the whole list, a reader or a holder, uses <see cref="PermitList"/>.
/// </summary>
internal static class RecordList
{
    /// <summary>The leaf of a record under its segment's root: one hash.</summary>
    public static Hash32 RecordLeaf(Hash32 record) => TreeHash.Leaf(record.Bytes);

    /// <summary>The leaf of a retraction, <c>cbor([record, 0])</c>: one hash.</summary>
    public static Hash32 RetractionLeaf(Hash32 record)
    {
        Span<byte> leaf = stackalloc byte[3 + Hash32.Length + 1];
        (leaf[0], leaf[1], leaf[2], leaf[^1]) = (0x82, 0x58, Hash32.Length, 0x00);
        record.CopyTo(leaf[3..]);
        return TreeHash.Leaf(leaf);
    }

    /// <summary>The leaf of a segment, <c>cbor([segment, count, segmentRoot])</c>: one hash.</summary>
    public static Hash32 SegmentLeaf(CborWriter writer, Id16 segment, long count, Hash32 root)
    {
        writer.Reset();
        writer.WriteArrayStart(3);
        writer.WriteId16(segment);
        writer.WriteCount(count);
        writer.WriteHash(root);
        return TreeHash.Leaf(writer.WrittenSpan);
    }
}
