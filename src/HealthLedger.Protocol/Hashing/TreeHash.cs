using System.Buffers;

namespace HealthLedger.Protocol.Hashing;

/// <summary>
/// The two hashes of an RFC 9162 tree (§2.1.1; the specification fixes their inputs): a leaf is SHA-256(0x00 ‖ entry), a node is
/// SHA-256(0x01 ‖ left ‖ right). One at a time, or in batches of many.
/// </summary>
public static class TreeHash
{
    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Hash32 Empty { get; } = Sha256.Hash([]);

    /// <summary>The hash of a leaf: one hash.</summary>
    public static Hash32 Leaf(ReadOnlySpan<byte> entry) => Sha256.Hash([0], entry);

    /// <summary>The hash of a node: one hash (two blocks of SHA-256).</summary>
    public static Hash32 Node(Hash32 left, Hash32 right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Hash32.Length];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Hash32.Length)..]);
        return Sha256.Hash(input);
    }

    /// <summary>
    /// The hashes of many leaves: entry i is <c>entries[ends[i-1]..ends[i]]</c>. One hash an entry.
    /// </summary>
    /// <param name="entries">All entries, one after the other.</param>
    /// <param name="ends">Where each entry ends, ascending.</param>
    /// <param name="hashes">As many as <paramref name="ends"/>.</param>
    public static void HashLeaves(ReadOnlySpan<byte> entries, ReadOnlySpan<int> ends, Span<Hash32> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, ends.Length);
        int start = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            hashes[i] = Leaf(entries[start..ends[i]]);
            start = ends[i];
        }
    }

    /// <summary>The hashes of many leaves: one hash an entry.</summary>
    public static void HashLeaves(ReadOnlySpan<ReadOnlyMemory<byte>> entries, Span<Hash32> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, entries.Length);
        for (int i = 0; i < entries.Length; i++) hashes[i] = Leaf(entries[i].Span);
    }

    /// <summary>
    /// Parent i is the node over pairs 2i and 2i + 1: one hash a parent. Parents may overwrite the first half of the pairs.
    /// </summary>
    public static void HashNodes(ReadOnlySpan<Hash32> pairs, Span<Hash32> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pairs.Length, 2 * parents.Length);
        for (int i = 0; i < parents.Length; i++) parents[i] = Node(pairs[2 * i], pairs[2 * i + 1]);
    }
}
