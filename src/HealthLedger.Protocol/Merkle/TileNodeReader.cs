using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>Where tiles are kept.</summary>
public interface ITileSource
{
    /// <summary>The hashes of a tile, at least <see cref="Tile.Width"/> of them, 32 bytes each. Throws when it has not got it.</summary>
    ReadOnlyMemory<byte> Read(Tile tile);
}

/// <summary>
/// Reads nodes from the tiles of a tree of a given size. A node inside a tile costs up to 2^(level mod 8) - 1 hashes; a tile that holds
/// several nodes of one call is read once.
/// </summary>
public sealed class TileNodeReader(ITileSource tiles, ulong treeSize) : INodeReader
{
    /// <inheritdoc/>
    public void Read(ReadOnlySpan<NodeId> nodes, Span<Hash32> hashes)
    {
        Dictionary<Tile, ReadOnlyMemory<byte>> read = [];
        for (int i = 0; i < nodes.Length; i++)
        {
            Tile tile = Tile.Of(nodes[i], treeSize);
            if (!read.TryGetValue(tile, out ReadOnlyMemory<byte> content)) read[tile] = content = tiles.Read(tile);
            hashes[i] = Fold(content.Span, nodes[i], tile);
        }
    }

    private static Hash32 Fold(ReadOnlySpan<byte> content, NodeId node, Tile tile)
    {
        int rows = node.Level % Tile.Height, width = 1 << rows;
        int start = (int)((node.Index << rows) - tile.First.Index);
        if ((start + width) * Hash32.Length > content.Length) throw new InvalidOperationException($"The tile {tile.Path} is narrower than the tree asks for.");
        Span<Hash32> row = stackalloc Hash32[width];
        for (int i = 0; i < width; i++) row[i] = new Hash32(content.Slice((start + i) * Hash32.Length, Hash32.Length));
        for (; width > 1; width /= 2) TreeHash.HashNodes(row[..width], row[..(width / 2)]);
        return row[0];
    }
}
