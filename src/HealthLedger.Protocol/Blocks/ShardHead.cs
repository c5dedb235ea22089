using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Blocks;

/// <summary>One shard's committed head, as a global checkpoint takes it (FORMATS.md section 3).</summary>
/// <param name="Shard">From 1.</param>
/// <param name="Height">The head's height.</param>
/// <param name="Header">The head's block hash.</param>
/// <param name="TreeSize">Leaves of the shard's tree after it.</param>
/// <param name="TreeRoot">The tree's root.</param>
public readonly record struct ShardHead(int Shard, long Height, Hash32 Header, long TreeSize, Hash32 TreeRoot)
{
    /// <summary>The head that a header makes: one hash.</summary>
    public static ShardHead Of(BlockHeader header) => new(header.Shard, header.Height, header.ComputeHash(), header.TreeSize, header.TreeRoot);

    /// <summary>Writes the head.</summary>
    public void Write(CborWriter writer)
    {
        writer.WriteArrayStart(5);
        writer.WriteCount(Shard);
        writer.WriteCount(Height);
        writer.WriteHash(Header);
        writer.WriteCount(TreeSize);
        writer.WriteHash(TreeRoot);
    }

    /// <summary>Reads a head; the reader's fault says whether it is one.</summary>
    public static ShardHead Read(ref CborReader reader)
    {
        reader.ReadArrayStart(5);
        return new ShardHead(reader.ReadInt32(Statements.Shards.CountMax), reader.ReadCount(), reader.ReadHash(), reader.ReadCount(), reader.ReadHash());
    }

    /// <summary>The head's leaf under a checkpoint's root: one hash.</summary>
    public Hash32 LeafHash()
    {
        CborWriter writer = new(96);
        Write(writer);
        return TreeHash.Leaf(writer.WrittenSpan);
    }

    /// <summary>A checkpoint's root over heads: two hashes a head.</summary>
    public static Hash32 Root(ReadOnlySpan<ShardHead> heads) => MerkleTree.Root(LeafHashes(heads));

    /// <summary>The leaf hashes of heads: one hash a head.</summary>
    public static Hash32[] LeafHashes(ReadOnlySpan<ShardHead> heads)
    {
        Hash32[] hashes = new Hash32[heads.Length];
        CborWriter writer = new(96);
        for (int i = 0; i < heads.Length; i++)
        {
            writer.Reset();
            heads[i].Write(writer);
            hashes[i] = TreeHash.Leaf(writer.WrittenSpan);
        }
        return hashes;
    }
}
