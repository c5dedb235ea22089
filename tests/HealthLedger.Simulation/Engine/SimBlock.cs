using System.Runtime.InteropServices;
using HealthLedger.Consensus;
using HealthLedger.Protocol;

namespace HealthLedger.Simulation.Engine;

/// <summary>A block of a schedule. At most 64 statements exist in one, so sets of them are bits. Which nodes have the bytes is kept here too.</summary>
public sealed class SimBlock
{
    private SimBlock(BlockInfo info, SimBlock? parent, ulong statements, bool isValid)
    {
        (Info, Parent, Statements, IsValid) = (info, parent, statements, isValid);
        Chain = (parent?.Chain ?? 0) | statements;
        ObeysRules = isValid && (parent is null || (parent.Chain & statements) == 0);
    }

    /// <summary>What the core sees.</summary>
    public BlockInfo Info { get; }

    /// <summary>The block below.</summary>
    public SimBlock? Parent { get; }

    /// <summary>The statements in it.</summary>
    public ulong Statements { get; }

    /// <summary>The statements in it and below.</summary>
    public ulong Chain { get; }

    /// <summary>A liar made it break a rule when false.</summary>
    public bool IsValid { get; }

    /// <summary>What execution finds: valid, and no statement a second time.</summary>
    public bool ObeysRules { get; }

    /// <summary>Nodes that have its bytes in memory or on disk.</summary>
    public uint Held { get; set; }

    /// <summary>Nodes that have its bytes on disk.</summary>
    public uint Durable { get; set; }

    /// <summary>Nodes that have executed it.</summary>
    public uint Executed { get; set; }

    /// <summary>The genesis block.</summary>
    public static SimBlock Genesis(int shard)
    {
        var info = new BlockInfo(HashOf(1, 0), shard, 1, 0, Hash32.Zero, 0, 0, 1);
        return new SimBlock(info, null, 0, true) { Held = uint.MaxValue, Durable = uint.MaxValue, Executed = uint.MaxValue };
    }

    /// <summary>A block on top of another.</summary>
    public static SimBlock On(SimBlock parent, ulong statements, long time, long directoryHeight, bool isStop, bool isCheckpoint, bool isValid, ulong salt, int? config = null)
    {
        ulong seed = SimRandom.Mix(MemoryMarshal.Read<ulong>(parent.Info.Hash.Bytes) ^ SimRandom.Mix(statements) ^ SimRandom.Mix(salt) ^ ((ulong)time << 8) ^ (isStop ? 1UL : 0) ^ (isValid ? 0 : 2UL));
        var info = new BlockInfo(
            HashOf(seed, parent.Info.Height + 1), parent.Info.Shard, config ?? parent.Info.ChildConfig, parent.Info.Height + 1, parent.Info.Hash,
            directoryHeight, time, parent.Info.TreeSize + 1 + System.Numerics.BitOperations.PopCount(statements), isStop, isCheckpoint);
        return new SimBlock(info, parent, statements, isValid);
    }

    /// <summary>True when this block is the other or lies above it.</summary>
    public bool DescendsFrom(SimBlock other)
    {
        SimBlock? block = this;
        while (block is not null && block.Info.Height > other.Info.Height) block = block.Parent;
        return block == other;
    }

    private static Hash32 HashOf(ulong seed, long height)
    {
        Span<ulong> words = [SimRandom.Mix(seed), seed, (ulong)height, 0];
        return new Hash32(MemoryMarshal.AsBytes(words));
    }
}
