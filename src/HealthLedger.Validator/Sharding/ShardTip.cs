using HealthLedger.Consensus;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Execution;

namespace HealthLedger.Validator.Sharding;

/// <summary>A shard's committed block. Immutable.</summary>
/// <param name="Info">What the core knows of it.</param>
/// <param name="Header">Its header.</param>
/// <param name="Next">What the next block is executed upon.</param>
/// <param name="Certificate">The newest commit certificate of it or a block below; null at height 0.</param>
public sealed record ShardTip(BlockInfo Info, BlockHeader Header, BlockParent Next, Certificate? Certificate)
{
    /// <summary>The head as a checkpoint takes it.</summary>
    public ShardHead Head => new(Info.Shard, Info.Height, Info.Hash, Info.TreeSize, Header.TreeRoot);
}
