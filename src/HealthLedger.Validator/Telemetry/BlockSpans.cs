using System.Diagnostics;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Validator.Telemetry;

/// <summary>Writes this member's part of a block's trace, once the block is committed and durable here: one span for the block, one below it for each stage.</summary>
public static class BlockSpans
{
    /// <summary>The most statements' spans that a block's span links to.</summary>
    public const int LinksMax = 128;

    /// <summary>Writes the spans, where somebody listens.</summary>
    /// <param name="block">The block.</param>
    /// <param name="member">Index of the member.</param>
    /// <param name="statements">The spans of those of its statements that were handed in at this member; the newest are left out beyond <see cref="LinksMax"/>.</param>
    /// <param name="time">The replica's clock.</param>
    public static void Write(CommittedBlock block, int member, IReadOnlyList<ActivityContext> statements, TimeProvider time)
    {
        if (!LedgerTrace.IsHeard || block.Times is not { Arrived: not 0 } times) return;
        bool keep = statements.Any(statement => statement.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        ActivityContext place = LedgerTrace.OfBlock(block.Block.Hash, keep);
        DateTimeOffset At(long timestamp) => time.GetUtcNow() - time.GetElapsedTime(timestamp);
        using Activity? whole = LedgerTrace.Source.StartActivity("ledger.block", ActivityKind.Consumer, place, Tags(block, member),
            statements.Take(LinksMax).Select(statement => new ActivityLink(statement)), At(times.Arrived));
        if (whole is null) return;
        foreach ((string stage, long from, long to) in times.Stages())
        {
            using Activity? part = LedgerTrace.Source.StartActivity("ledger.block." + stage, ActivityKind.Internal, whole.Context, startTime: At(from));
            part?.SetEndTime(At(to).UtcDateTime);
        }
        whole.SetEndTime(At(times.Durable).UtcDateTime);
    }

    private static KeyValuePair<string, object?>[] Tags(CommittedBlock block, int member) =>
    [
        new("healthledger.member", member),
        new("healthledger.shard", block.Shard),
        new("healthledger.height", block.Height),
        new("healthledger.config", block.Certificate.Epoch.Config),
        new("healthledger.epoch", block.Certificate.Epoch.Counter),
        new("healthledger.entries", block.Outcomes.Count),
        new("healthledger.statements", block.Block.StatementCount),
        new("healthledger.built_here", block.Times!.IsOwn),
    ];
}
