using System.Buffers;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>Roots of whole RFC 9162 trees [§2.1.1] that fit in memory: the events of a statement, the body of a block, the votes of a flush.</summary>
public static class MerkleTree
{
    /// <summary>The root over leaf hashes: n - 1 hashes, in batches; for none, the hash of nothing.</summary>
    public static Hash32 Root(ReadOnlySpan<Hash32> leafHashes)
    {
        if (leafHashes.IsEmpty) return TreeHash.Empty;
        Hash32[] rented = ArrayPool<Hash32>.Shared.Rent(leafHashes.Length);
        Span<Hash32> level = rented.AsSpan(0, leafHashes.Length);
        leafHashes.CopyTo(level);
        while (level.Length > 1)
        {
            int pairs = level.Length / 2;
            bool odd = (level.Length & 1) != 0;
            Hash32 last = level[^1];
            TreeHash.HashNodes(level[..(2 * pairs)], level[..pairs]);
            // A last node without a sibling moves up unchanged: the RFC's split at the largest power of two comes to the same.
            if (odd) level[pairs] = last;
            level = level[..(odd ? pairs + 1 : pairs)];
        }
        Hash32 root = level[0];
        ArrayPool<Hash32>.Shared.Return(rented);
        return root;
    }

    /// <summary>The root over entries: 2n - 1 hashes.</summary>
    public static Hash32 RootOf(ReadOnlySpan<ReadOnlyMemory<byte>> entries)
    {
        Hash32[] rented = ArrayPool<Hash32>.Shared.Rent(entries.Length);
        Span<Hash32> hashes = rented.AsSpan(0, entries.Length);
        TreeHash.HashLeaves(entries, hashes);
        Hash32 root = Root(hashes);
        ArrayPool<Hash32>.Shared.Return(rented);
        return root;
    }
}
