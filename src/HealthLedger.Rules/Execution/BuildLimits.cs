using HealthLedger.Protocol.Blocks;

namespace HealthLedger.Rules.Execution;

/// <summary>How much a leader puts into one block; at most what <see cref="BlockLimits"/> allows.</summary>
/// <param name="StatementsMax">Statements.</param>
/// <param name="EntriesMax">Events of all statements.</param>
/// <param name="BytesMax">Bytes of statements and events.</param>
public readonly record struct BuildLimits(int StatementsMax, int EntriesMax, int BytesMax)
{
    /// <summary>As much as a block may hold, with room for header and framing.</summary>
    public static BuildLimits Format { get; } = new(BlockLimits.StatementsMax, BlockLimits.EntriesMax, BlockLimits.BytesMax - 64 * 1024);
}
