using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>All complete nodes of a tree in memory, 64 bytes a leaf. Grows only; not safe for several threads while it grows.</summary>
public sealed class MemoryTree : INodeReader, INodeWriter
{
    private readonly List<List<Hash32>> _levels = [];
    private readonly CompactRange _range = new();

    /// <summary>The tree without leaves.</summary>
    public MemoryTree()
    {
    }

    /// <summary>The tree of these leaf hashes: at most n hashes.</summary>
    public MemoryTree(ReadOnlySpan<Hash32> leafHashes) => Append(leafHashes);

    /// <summary>The number of leaves.</summary>
    public ulong Size => _range.Size;

    /// <summary>Adds leaf hashes: at most one hash a leaf and log2 n more.</summary>
    public void Append(ReadOnlySpan<Hash32> leafHashes) => _range.Append(leafHashes, this);

    /// <summary>Adds one leaf hash.</summary>
    public void Append(Hash32 leafHash) => Append([leafHash]);

    /// <summary>The root: at most log2 n hashes.</summary>
    public Hash32 Root() => _range.Root();

    /// <summary>The inclusion proof of a leaf in the whole tree; see <see cref="TreeProof.Inclusion"/>.</summary>
    public Hash32[] Inclusion(ulong index) => TreeProof.Inclusion(this, index, Size);

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<NodeId> nodes, Span<Hash32> hashes)
    {
        for (int i = 0; i < nodes.Length; i++) hashes[i] = _levels[nodes[i].Level][checked((int)nodes[i].Index)];
    }

    void INodeWriter.Write(NodeId first, ReadOnlySpan<Hash32> hashes)
    {
        while (_levels.Count <= first.Level) _levels.Add([]);
        List<Hash32> level = _levels[first.Level];
        if ((ulong)level.Count != first.Index) throw new InvalidOperationException("Nodes of a level come in order.");
        level.AddRange(hashes);
    }
}
