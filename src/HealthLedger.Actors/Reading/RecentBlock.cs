using HealthLedger.Protocol.Events;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Actors.Reading;

/// <summary>A decoded block with its outcomes.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Record">The block.</param>
/// <param name="Outcomes">What was decided on its events, in order.</param>
internal sealed record RecentBlock(int Shard, BlockRecord Record, Outcome[] Outcomes)
{
    /// <summary>The index of the block's first leaf.</summary>
    public long FirstLeaf { get; } = Record.Block.Header.TreeSize - Record.Block.LeafCount;

    /// <summary>True when the leaf is one that this block added.</summary>
    public bool Holds(int shard, long leaf) => shard == Shard && leaf >= FirstLeaf && leaf < Record.Block.Header.TreeSize;
}
