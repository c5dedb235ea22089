using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Rules.Contracts;

/// <summary>One event of a record list.</summary>
/// <param name="Record">The record id; of a retraction, that of the retracted record.</param>
/// <param name="IsRetraction">True for the mark that the record was entered in error.</param>
public readonly record struct ListedRecord(Hash32 Record, bool IsRetraction);

/// <summary>The record events of one segment, in ledger order.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Events">All its record events up to a place in the order.</param>
public sealed record ListedSegment(Id16 Segment, IReadOnlyList<ListedRecord> Events);

/// <summary>
/// The record list that a permit opens (FORMATS.md section 2), computed by the rules from compact ranges and by a reader from the answer: a
/// record that a node leaves out, adds or moves changes the root.
/// </summary>
public static class RecordList
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
        writer.WriteBytes(segment.Bytes);
        writer.WriteUInt((ulong)count);
        writer.WriteHash(root);
        return TreeHash.Leaf(writer.WrittenSpan);
    }

    /// <summary>The root over records in the order in which they were asked for: two hashes a record.</summary>
    public static Hash32 RootOfNamed(IReadOnlyList<Hash32> records)
    {
        Hash32[] leaves = new Hash32[records.Count];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = RecordLeaf(records[i]);
        return MerkleTree.Root(leaves);
    }

    /// <summary>Count and root over whole segments: two hashes a record.</summary>
    /// <param name="segments">In ascending order of id.</param>
    public static (long Count, Hash32 Root) OfSegments(IReadOnlyList<ListedSegment> segments)
    {
        CborWriter writer = new(64);
        Hash32[] leaves = new Hash32[segments.Count];
        long count = 0;
        for (int i = 0; i < leaves.Length; i++)
        {
            IReadOnlyList<ListedRecord> events = segments[i].Events;
            Hash32[] records = new Hash32[events.Count];
            for (int j = 0; j < records.Length; j++) records[j] = events[j].IsRetraction ? RetractionLeaf(events[j].Record) : RecordLeaf(events[j].Record);
            leaves[i] = SegmentLeaf(writer, segments[i].Segment, records.Length, MerkleTree.Root(records));
            count += records.Length;
        }
        return (count, MerkleTree.Root(leaves));
    }
}
