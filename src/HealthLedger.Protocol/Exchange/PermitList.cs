using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// Count and root of the record list that a permit opens (FORMATS.md section 2), computed from an answer: a record that a node leaves out, adds
/// or moves changes them.
/// </summary>
public static class PermitList
{
    /// <summary>Of whole segments: two hashes a record.</summary>
    /// <param name="lists">Ascending by segment, as the answer has them.</param>
    public static (ulong Count, Hash32 Root) OfSegments(IReadOnlyList<SegmentList> lists)
    {
        CborWriter writer = new(64);
        Hash32[] segments = new Hash32[lists.Count];
        ulong total = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            IReadOnlyList<SegmentItem> items = lists[i].Items;
            Hash32[] leaves = new Hash32[items.Count];
            for (int j = 0; j < leaves.Length; j++) leaves[j] = LeafOf(writer, items[j]);
            writer.Reset();
            writer.WriteArrayStart(3);
            writer.WriteBytes(lists[i].Segment.Bytes);
            writer.WriteUInt((ulong)leaves.Length);
            writer.WriteHash(MerkleTree.Root(leaves));
            segments[i] = TreeHash.Leaf(writer.WrittenSpan);
            total += (ulong)leaves.Length;
        }
        return (total, MerkleTree.Root(segments));
    }

    /// <summary>Of named records, in the order in which they were asked for: two hashes a record.</summary>
    public static (ulong Count, Hash32 Root) OfRecords(IReadOnlyList<Hash32> records)
    {
        Hash32[] leaves = new Hash32[records.Count];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = TreeHash.Leaf(records[i].Bytes);
        return ((ulong)leaves.Length, MerkleTree.Root(leaves));
    }

    private static Hash32 LeafOf(CborWriter writer, SegmentItem item)
    {
        if (!item.IsRetraction) return TreeHash.Leaf(item.RecordId.Bytes);
        writer.Reset();
        writer.WriteArrayStart(2);
        writer.WriteHash(item.RecordId);
        writer.WriteUInt(0);
        return TreeHash.Leaf(writer.WrittenSpan);
    }
}
