using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Storage.Trees;

/// <summary>A tile of leaf hashes is damaged. Heal it with <see cref="TreeStore.Heal"/> and the leaf hashes of its blocks.</summary>
public sealed class TreeDamagedException(uint shard, Tile tile) : IOException($"Tile {tile.Path} of shard {shard}'s tree is damaged.")
{
    /// <summary>The shard.</summary>
    public uint Shard => shard;

    /// <summary>The damaged tile.</summary>
    public Tile Tile => tile;
}
