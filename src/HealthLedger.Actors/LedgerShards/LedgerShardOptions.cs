using HealthLedger.Protocol.Blocks;
using HealthLedger.Rules.Execution;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>How a shard actor takes, batches and leads.</summary>
public sealed record LedgerShardOptions
{
    /// <summary>Statements that wait at once; above it a submitter is told to come again.</summary>
    public int StatementsWaitingMax { get; init; } = 16_384;

    /// <summary>Bytes of statements that wait at once.</summary>
    public long BytesWaitingMax { get; init; } = 64 << 20;

    /// <summary>Forwarded statements that are being checked at once; more are dropped, and come again.</summary>
    public int ForwardsAtOnce { get; init; } = 1_024;

    /// <summary>What one block takes at most: less than the format allows, so that a slow machine executes it well within the time after which a leader is complained of.</summary>
    public BuildLimits Block { get; init; } = new(BlockLimits.SignaturesWhenSingle, 1_024, BlockLimits.BytesMax - 64 * 1024);

    /// <summary>Blocks on their way while few statements wait; those that come meanwhile share the next block.</summary>
    public int BlocksAtLowLoad { get; init; } = 2;

    /// <summary>Blocks on their way while full blocks wait. Votes queue behind the execution of later blocks, so more than a few only delay the first.</summary>
    public int BlocksAtHighLoad { get; init; } = 3;

    /// <summary>Statements that take longer say in the log where the time went.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often, at most, shard 0 commits a checkpoint.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);
}
