using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Sharding;

/// <summary>A block that is committed and durable here, as subscribers get it, in order of height.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Block">The block.</param>
/// <param name="Outcomes">For each event of all statements in order, what the rules decided.</param>
/// <param name="FirstLeaf">Index of the block's first leaf in the shard's tree.</param>
/// <param name="Certificate">Of this block or of a descendant.</param>
public sealed record CommittedBlock(int Shard, Block Block, IReadOnlyList<Outcome> Outcomes, long FirstLeaf, Certificate Certificate)
{
    /// <summary>When it reached each stage here; null where that was not measured.</summary>
    public BlockTimes? Times { get; init; }

    /// <summary>The block's height.</summary>
    public long Height => Block.Header.Height;

    /// <summary>The block's time, milliseconds since 1970.</summary>
    public long Time => Block.Header.Time;
}
