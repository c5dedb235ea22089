using System.Buffers;
using System.Numerics;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>
/// The right edge of a tree: its size and the hashes of the complete subtrees that make it up, one for each bit set in the size, so at
/// most 64. That is all that appending and the root need. Not safe for several threads at once.
/// </summary>
public sealed class CompactRange
{
    private const int LevelsMax = 64;
    private const int BatchLeaves = 4_096;

    private readonly Hash32[] _peaks = new Hash32[LevelsMax];

    /// <summary>The tree without leaves.</summary>
    public CompactRange()
    {
    }

    /// <summary>The tree of a size, from its subtrees, the largest first.</summary>
    /// <exception cref="ArgumentException">Not one hash for each bit set in the size.</exception>
    public CompactRange(ulong size, ReadOnlySpan<Hash32> peaks)
    {
        if (peaks.Length != BitOperations.PopCount(size)) throw new ArgumentException("A range has one hash for each bit set in its size.", nameof(peaks));
        Size = size;
        int next = 0;
        for (int level = LevelsMax - 1; level >= 0; level--)
            if ((size >> level & 1) != 0) _peaks[level] = peaks[next++];
    }

    /// <summary>The number of leaves.</summary>
    public ulong Size { get; private set; }

    /// <summary>An independent copy: no hashes.</summary>
    public CompactRange Clone()
    {
        CompactRange copy = new() { Size = Size };
        _peaks.CopyTo(copy._peaks, 0);
        return copy;
    }

    /// <summary>The hashes of the complete subtrees, the largest first.</summary>
    public Hash32[] Peaks()
    {
        Hash32[] peaks = new Hash32[BitOperations.PopCount(Size)];
        int next = 0;
        for (int level = LevelsMax - 1; level >= 0; level--)
            if ((Size >> level & 1) != 0) peaks[next++] = _peaks[level];
        return peaks;
    }

    /// <summary>The root: one hash less than bits set in the size, so at most log2 n; no hash at all for an empty tree.</summary>
    public Hash32 Root()
    {
        if (Size == 0) return TreeHash.Empty;
        int level = BitOperations.TrailingZeroCount(Size);
        Hash32 root = _peaks[level];
        for (level++; level < LevelsMax; level++)
            if ((Size >> level & 1) != 0) root = TreeHash.Node(_peaks[level], root);
        return root;
    }

    /// <summary>Adds one leaf hash: one hash on average, at most log2 n.</summary>
    public void Append(Hash32 leafHash) => Append([leafHash]);

    /// <summary>
    /// Adds leaf hashes: at most one hash a leaf and log2 n more, level by level in batches.
    /// </summary>
    /// <param name="leafHashes">In order.</param>
    /// <param name="completed">Takes every node that becomes complete, the leaves included; within a level in order.</param>
    public void Append(ReadOnlySpan<Hash32> leafHashes, INodeWriter? completed = null)
    {
        for (; !leafHashes.IsEmpty; leafHashes = leafHashes[Math.Min(leafHashes.Length, BatchLeaves)..])
            AppendBatch(leafHashes[..Math.Min(leafHashes.Length, BatchLeaves)], completed);
    }

    /// <summary>Writes the canonical CBOR <c>[size, [* hash]]</c>, the largest subtree first.</summary>
    public void Write(CborWriter writer)
    {
        Hash32[] peaks = Peaks();
        writer.WriteArrayStart(2);
        writer.WriteUInt(Size);
        writer.WriteArrayStart(peaks.Length);
        foreach (Hash32 peak in peaks) writer.WriteHash(peak);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null, and the reader failed, on anything else.</summary>
    public static CompactRange? Read(ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        ulong size = reader.ReadUInt();
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count != BitOperations.PopCount(size)) reader.Fail("A range has one hash for each bit set in its size.", FaultCode.FormatValue);
        if (reader.Failed) return null;
        Span<Hash32> peaks = stackalloc Hash32[LevelsMax];
        for (int i = 0; i < count; i++) peaks[i] = reader.ReadHash();
        return reader.Failed ? null : new CompactRange(size, peaks[..count]);
    }

    private void AppendBatch(ReadOnlySpan<Hash32> leafHashes, INodeWriter? completed)
    {
        ulong size = checked(Size + (ulong)leafHashes.Length);
        Hash32[] rented = ArrayPool<Hash32>.Shared.Rent(leafHashes.Length + 1);
        // Slot 0 is for the waiting left sibling, so that new nodes never move.
        Span<Hash32> nodes = rented.AsSpan(1, leafHashes.Length);
        leafHashes.CopyTo(nodes);
        for (int level = 0; nodes.Length > 0; level++)
        {
            ulong first = Size >> level;
            completed?.Write(new NodeId(level, first), nodes);
            bool waiting = (first & 1) != 0;
            if (waiting) rented[0] = _peaks[level];
            Span<Hash32> all = waiting ? rented.AsSpan(0, nodes.Length + 1) : nodes;
            int parents = all.Length / 2;
            if ((all.Length & 1) != 0) _peaks[level] = all[^1];
            Span<Hash32> above = rented.AsSpan(1, parents);
            TreeHash.HashNodes(all[..(2 * parents)], above);
            nodes = above;
        }
        Size = size;
        ArrayPool<Hash32>.Shared.Return(rented);
    }
}
