using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>
/// Checks the proofs of <see cref="TreeProof"/>: a proof is right only if it has exactly the hashes it must have and they lead to the
/// root. Each check costs at most 2·(1 + log2 n) hashes, whatever the proof's length claims.
/// </summary>
public static class TreeVerifier
{
    /// <summary>True when the leaf is at <paramref name="index"/> of the tree [RFC 9162 §2.1.3.2]: at most log2 n hashes, rounded up.</summary>
    public static bool Inclusion(Hash32 leafHash, ulong index, ulong size, ReadOnlySpan<Hash32> proof, Hash32 root) =>
        TryRootOfInclusion(leafHash, index, size, proof, out Hash32 computed) && computed == root;

    /// <summary>The root to which an inclusion proof leads; false when index, size and the proof's length do not fit.</summary>
    public static bool TryRootOfInclusion(Hash32 leafHash, ulong index, ulong size, ReadOnlySpan<Hash32> proof, out Hash32 root)
    {
        root = leafHash;
        if (index >= size) return false;
        ulong node = index, last = size - 1;
        foreach (Hash32 sibling in proof)
        {
            if (last == 0) return false;
            if ((node & 1) != 0)
            {
                root = TreeHash.Node(sibling, root);
            }
            else if (node == last)
            {
                // The last node of a level without a sibling moves up until it is a right child.
                while ((node & 1) == 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
                root = TreeHash.Node(sibling, root);
            }
            else
            {
                root = TreeHash.Node(root, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0;
    }

    /// <summary>True when the leaf is at <paramref name="index"/> of the subtree [start, end): at most log2 n hashes, rounded up.</summary>
    public static bool SubtreeInclusion(Hash32 leafHash, ulong index, ulong start, ulong end, ReadOnlySpan<Hash32> proof, Hash32 subtreeHash) =>
        TreeProof.IsValidSubtree(start, end, end) && index >= start && Inclusion(leafHash, index - start, end - start, proof, subtreeHash);

    /// <summary>
    /// True when the tree of <paramref name="oldSize"/> leaves is a prefix of the other [RFC 9162 §2.1.4.2]. False for an old size of 0:
    /// every tree starts so and nothing can be proved of it.
    /// </summary>
    public static bool Consistency(ulong oldSize, Hash32 oldRoot, ulong size, Hash32 root, ReadOnlySpan<Hash32> proof) =>
        Subtree(0, oldSize, oldRoot, size, root, proof);

    /// <summary>True when the subtree [start, end) with the given hash is part of the tree: at most 2·(1 + log2 n) hashes.</summary>
    public static bool Subtree(ulong start, ulong end, Hash32 subtreeHash, ulong size, Hash32 root, ReadOnlySpan<Hash32> proof)
    {
        if (!TreeProof.IsValidSubtree(start, end, size)) return false;
        SubtreeWalk walk = new(proof, subtreeHash);
        (Hash32 subtree, Hash32 tree) = walk.Fold(0, size, start, end, known: true);
        return walk.IsComplete && subtree == subtreeHash && tree == root;
    }

    /// <summary>Walks as <see cref="ProofPlan.Add"/> does and takes the proof's hashes in the order in which that gave them.</summary>
    private ref struct SubtreeWalk(ReadOnlySpan<Hash32> proof, Hash32 known)
    {
        private readonly ReadOnlySpan<Hash32> _proof = proof;
        private readonly Hash32 _known = known;
        private int _taken;
        private bool _short;

        public readonly bool IsComplete => !_short && _taken == _proof.Length;

        public (Hash32 Subtree, Hash32 Tree) Fold(ulong low, ulong high, ulong start, ulong end, bool known)
        {
            if (start == low && end == high)
            {
                Hash32 hash = known ? _known : Take();
                return (hash, hash);
            }
            ulong middle = low + TreeProof.Split(high - low);
            Hash32 subtree, tree;
            if (end <= middle)
            {
                (subtree, tree) = Fold(low, middle, start, end, known);
                Hash32 right = Take();
                return _short ? default : (subtree, TreeHash.Node(tree, right));
            }
            if (start >= middle)
            {
                (subtree, tree) = Fold(middle, high, start, end, known);
                Hash32 left = Take();
                return _short ? default : (subtree, TreeHash.Node(left, tree));
            }
            (subtree, tree) = Fold(middle, high, middle, end, known: false);
            Hash32 both = Take();
            return _short ? default : (TreeHash.Node(both, subtree), TreeHash.Node(both, tree));
        }

        private Hash32 Take()
        {
            if (_taken < _proof.Length) return _proof[_taken++];
            _short = true;
            return default;
        }
    }
}
