using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Rules.Execution;

/// <summary>What a block is executed upon, beside the rows: the place where its parent left the shard. Immutable; <see cref="Tree"/> is never appended to.</summary>
public sealed record BlockParent
{
    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>The network's number of shards, the directory not counted.</summary>
    public required int Shards { get; init; }

    /// <summary>The configuration that votes on the parent's children: its own, or the one after it where it is a stop sign.</summary>
    public required int Config { get; init; }

    /// <summary>The version that this configuration names.</summary>
    public required int RulesVersion { get; init; }

    /// <summary>The shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The parent's height.</summary>
    public required long Height { get; init; }

    /// <summary>The parent's hash.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>The parent's block time, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The parent's directory height.</summary>
    public required long DirectoryHeight { get; init; }

    /// <summary>The shard's tree after the parent.</summary>
    public required CompactRange Tree { get; init; }

    /// <summary>The parent's state digest.</summary>
    public required Hash32 StateDigest { get; init; }

    /// <summary>The parent that the first block of a shard has: the genesis.</summary>
    public static BlockParent Genesis(GenesisFile genesis, int shard)
    {
        CompactRange tree = new();
        tree.Append(TreeHash.Leaf(genesis.LeafOf(shard)));
        return Of(genesis.HeaderOf(shard), genesis.Shards, 0, genesis.Configuration.RulesVersion, tree);
    }

    /// <summary>The parent that a committed header makes, with the tree that ends in its root.</summary>
    /// <param name="header">The header.</param>
    /// <param name="shards">The network's number of shards, the directory not counted.</param>
    /// <param name="config">The configuration that votes on its children (<see cref="Block.ChildConfig"/>).</param>
    /// <param name="rulesVersion">The version of the rules that this configuration names.</param>
    /// <param name="tree">The shard's tree after the header's block.</param>
    /// <exception cref="ArgumentException">The tree is not the one that the header names.</exception>
    public static BlockParent Of(BlockHeader header, int shards, int config, int rulesVersion, CompactRange tree)
    {
        if ((long)tree.Size != header.TreeSize || tree.Root() != header.TreeRoot) throw new ArgumentException("The tree is not the one that the header names.", nameof(tree));
        return new BlockParent
        {
            Network = header.Network,
            Shards = shards,
            Config = config,
            RulesVersion = rulesVersion,
            Shard = header.Shard,
            Height = header.Height,
            Hash = header.ComputeHash(),
            Time = header.Time,
            DirectoryHeight = header.DirectoryHeight,
            Tree = tree,
            StateDigest = header.StateDigest,
        };
    }
}
