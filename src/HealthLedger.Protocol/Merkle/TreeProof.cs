using System.Numerics;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>
/// Makes the proofs of RFC 9162 §2.1.3 and §2.1.4, and those of subtrees [C2SP, Merkle tree certificates]. All three are one thing, the
/// proof that leaves [start, end) hash to what the tree says: a leaf is [i, i + 1), a consistency proof is [0, m).
/// A proof has at most 1 + log2 n hashes and costs one read of at most 2·log2 n nodes and at most log2 n hashes.
/// </summary>
public static class TreeProof
{
    /// <summary>Proves that leaf <paramref name="index"/> is in the tree of <paramref name="size"/> leaves: at most log2 n hashes, rounded up.</summary>
    public static Hash32[] Inclusion(INodeReader nodes, ulong index, ulong size) => Subtree(nodes, index, checked(index + 1), size);

    /// <summary>Proves that leaf <paramref name="index"/> is in the subtree [start, end), which must be valid.</summary>
    public static Hash32[] SubtreeInclusion(INodeReader nodes, ulong index, ulong start, ulong end)
    {
        RequireValid(start, end, end);
        ArgumentOutOfRangeException.ThrowIfLessThan(index, start);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, end);
        ProofPlan plan = new();
        plan.Add(start, end, index, index + 1);
        return plan.Read(nodes);
    }

    /// <summary>Proves that the tree of <paramref name="oldSize"/> leaves is a prefix of that of <paramref name="size"/>: at most 1 + log2 n hashes; none for equal sizes.</summary>
    public static Hash32[] Consistency(INodeReader nodes, ulong oldSize, ulong size) => Subtree(nodes, 0, oldSize, size);

    /// <summary>Proves that the subtree [start, end) is part of the tree of <paramref name="size"/> leaves: at most 1 + log2 n hashes.</summary>
    public static Hash32[] Subtree(INodeReader nodes, ulong start, ulong end, ulong size)
    {
        RequireValid(start, end, size);
        ProofPlan plan = new();
        plan.Add(0, size, start, end);
        return plan.Read(nodes);
    }

    /// <summary>The hash of leaves [start, end) as a tree of their own: at most 2·log2 n nodes read, log2 n hashes. [0, n) gives the root.</summary>
    public static Hash32 SubtreeHash(INodeReader nodes, ulong start, ulong end)
    {
        if (start == 0 && end == 0) return TreeHash.Empty;
        RequireValid(start, end, end);
        ProofPlan plan = new();
        plan.AddRange(start, end);
        return plan.Read(nodes)[0];
    }

    /// <summary>True when [start, end) is a subtree of a tree of <paramref name="size"/> leaves: not empty, and start a multiple of the power of two that covers it.</summary>
    public static bool IsValidSubtree(ulong start, ulong end, ulong size)
    {
        if (start >= end || end > size) return false;
        return start == 0 || start % BitOperations.RoundUpToPowerOf2(end - start) == 0;
    }

    /// <summary>The largest power of two smaller than <paramref name="size"/>, which is at least 2: where RFC 9162 splits a tree.</summary>
    internal static ulong Split(ulong size) => 1UL << (63 - BitOperations.LeadingZeroCount(size - 1));

    private static void RequireValid(ulong start, ulong end, ulong size)
    {
        if (!IsValidSubtree(start, end, size)) throw new ArgumentOutOfRangeException(nameof(end), $"[{start}, {end}) is not a subtree of {size} leaves.");
    }
}
