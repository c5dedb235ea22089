using System.Buffers.Binary;
using HealthLedger.Protocol;

namespace HealthLedger.Storage.Blocks;

/// <summary>The keys of block records and of their index rows. Integers are big-endian, so that rows lie in order.</summary>
internal static class BlockKeys
{
    public const byte BlockRecord = 1, CommitRecord = 2, StartRecord = 3;

    /// <summary>shard u32, height u64, hash, then for a commit treeSize u64.</summary>
    public static byte[] Record(uint shard, ulong height, in Hash32 hash, ulong? treeSize)
    {
        byte[] key = new byte[treeSize is null ? 44 : 52];
        BinaryPrimitives.WriteUInt32BigEndian(key, shard);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(4), height);
        hash.CopyTo(key.AsSpan(12));
        if (treeSize is { } size) BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(44), size);
        return key;
    }

    public static (uint Shard, ulong Height, Hash32 Hash, ulong TreeSize) ReadRecord(ReadOnlySpan<byte> key) => (
        BinaryPrimitives.ReadUInt32BigEndian(key), BinaryPrimitives.ReadUInt64BigEndian(key[4..]), new Hash32(key.Slice(12, 32)),
        key.Length >= 52 ? BinaryPrimitives.ReadUInt64BigEndian(key[44..]) : 0);

    /// <summary>Row of a block: address, shard, height.</summary>
    public static byte[] ByHash(in Hash32 hash)
    {
        byte[] key = new byte[33];
        key[0] = (byte)'h';
        hash.CopyTo(key.AsSpan(1));
        return key;
    }

    /// <summary>Row of a commit: address, hash, treeSize.</summary>
    public static byte[] ByHeight(uint shard, ulong height) => Pair('c', shard, height);

    /// <summary>Row that leads from a tree size to the height that reached it.</summary>
    public static byte[] ByTreeSize(uint shard, ulong treeSize) => Pair('t', shard, treeSize);

    /// <summary>Row of a shard's highest commit.</summary>
    public static byte[] Head(uint shard)
    {
        byte[] key = new byte[5];
        key[0] = (byte)'m';
        BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(1), shard);
        return key;
    }

    private static byte[] Pair(char table, uint shard, ulong number)
    {
        byte[] key = new byte[13];
        key[0] = (byte)table;
        BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(1), shard);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(5), number);
        return key;
    }
}
