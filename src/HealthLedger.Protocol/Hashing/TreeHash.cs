namespace HealthLedger.Protocol.Hashing;

/// <summary>
/// The two hashes of an RFC 9162 tree (§2.1.1; the specification fixes their inputs): a leaf is SHA-256(0x00 ‖ entry), a node is
/// SHA-256(0x01 ‖ left ‖ right). One at a time, or in batches, which processors with AVX-512 do 16 at a time.
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
    /// The hashes of many leaves: entry i is <c>entries[ends[i-1]..ends[i]]</c>. One hash an entry; neighbours of like lengths go together.
    /// </summary>
    /// <param name="entries">All entries, one after the other.</param>
    /// <param name="ends">Where each entry ends, ascending.</param>
    /// <param name="hashes">As many as <paramref name="ends"/>.</param>
    public static void HashLeaves(ReadOnlySpan<byte> entries, ReadOnlySpan<int> ends, Span<Hash32> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, ends.Length);
        HashEntries(new JoinedEntries(entries, ends), hashes);
    }

    /// <summary>The hashes of many leaves: one hash an entry; neighbours of like lengths go together.</summary>
    public static void HashLeaves(ReadOnlySpan<ReadOnlyMemory<byte>> entries, Span<Hash32> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, entries.Length);
        HashEntries(new SeparateEntries(entries), hashes);
    }

    /// <summary>
    /// Parent i is the node over pairs 2i and 2i + 1: one hash a parent. Parents may overwrite the pairs from their first or second on.
    /// </summary>
    public static void HashNodes(ReadOnlySpan<Hash32> pairs, Span<Hash32> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pairs.Length, 2 * parents.Length);
        int done = 0;
        if (WideSha256.IsSupported)
        {
            for (; parents.Length - done >= WideSha256.Lanes; done += WideSha256.Lanes)
                WideSha256.Nodes(pairs[(2 * done)..], parents[done..]);
            if (parents.Length - done >= WideSha256.LanesMin)
            {
                Span<Hash32> last = stackalloc Hash32[3 * WideSha256.Lanes];
                last.Clear();
                pairs[(2 * done)..].CopyTo(last);
                WideSha256.Nodes(last, last[(2 * WideSha256.Lanes)..]);
                last.Slice(2 * WideSha256.Lanes, parents.Length - done).CopyTo(parents[done..]);
                return;
            }
        }
        for (; done < parents.Length; done++) parents[done] = Node(pairs[2 * done], pairs[2 * done + 1]);
    }

    private static void HashEntries<TEntries>(scoped in TEntries entries, Span<Hash32> hashes)
        where TEntries : IEntries, allows ref struct
    {
        for (int done = 0; done < hashes.Length;)
        {
            int count = Math.Min(WideSha256.Lanes, hashes.Length - done);
            if (!WideSha256.IsSupported || count < WideSha256.LanesMin || !WideSha256.TryLeaves(entries, done, hashes.Slice(done, count)))
                for (int i = done; i < done + count; i++) hashes[i] = Leaf(entries[i]);
            done += count;
        }
    }

    private readonly ref struct JoinedEntries(ReadOnlySpan<byte> entries, ReadOnlySpan<int> ends) : IEntries
    {
        private readonly ReadOnlySpan<byte> _entries = entries;
        private readonly ReadOnlySpan<int> _ends = ends;

        public ReadOnlySpan<byte> this[int index] => _entries[(index == 0 ? 0 : _ends[index - 1]).._ends[index]];
    }

    private readonly ref struct SeparateEntries(ReadOnlySpan<ReadOnlyMemory<byte>> entries) : IEntries
    {
        private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _entries = entries;

        public ReadOnlySpan<byte> this[int index] => _entries[index].Span;
    }
}
