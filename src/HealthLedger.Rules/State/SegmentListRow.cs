using System.Buffers.Binary;
using System.Numerics;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Rules.State;

/// <summary>
/// The list of a segment's record events as a compact range, in the bytes of its row: <c>i64 count | hash of each complete subtree, the
/// largest first</c>. The same arithmetic as <see cref="Protocol.Merkle.CompactRange"/>, without an object of 64 hashes for each record added.
/// </summary>
internal static class SegmentListRow
{
    /// <summary>The list without events.</summary>
    public static byte[] Empty => new byte[sizeof(long)];

    /// <summary>Events in the list.</summary>
    public static long Count(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64BigEndian(row);

    /// <summary>The list with one more event: one hash on average, at most log2 n.</summary>
    public static byte[] Append(ReadOnlySpan<byte> row, Hash32 leaf)
    {
        long count = Count(row);
        int merges = BitOperations.TrailingZeroCount(~count);
        int end = row.Length;
        for (int i = 0; i < merges; i++, end -= Hash32.Length) leaf = TreeHash.Node(new Hash32(row[(end - Hash32.Length)..end]), leaf);
        byte[] appended = new byte[end + Hash32.Length];
        row[..end].CopyTo(appended);
        leaf.CopyTo(appended.AsSpan(end));
        BinaryPrimitives.WriteInt64BigEndian(appended, count + 1);
        return appended;
    }

    /// <summary>The RFC 9162 root: at most log2 n hashes.</summary>
    public static Hash32 Root(ReadOnlySpan<byte> row)
    {
        if (Count(row) == 0) return TreeHash.Empty;
        int end = row.Length - Hash32.Length;
        Hash32 root = new(row[end..]);
        for (; end > sizeof(long); end -= Hash32.Length) root = TreeHash.Node(new Hash32(row[(end - Hash32.Length)..end]), root);
        return root;
    }
}
