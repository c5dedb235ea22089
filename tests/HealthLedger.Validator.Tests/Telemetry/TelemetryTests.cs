using System.Diagnostics;
using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public void Every_member_derives_the_same_trace_from_a_blocks_hash_and_keeps_the_same_ones()
    {
        Hash32 block = new(SHA256.HashData("block"u8));
        ActivityContext here = LedgerTrace.OfBlock(block, keep: false), there = LedgerTrace.OfBlock(block, keep: false), kept = LedgerTrace.OfBlock(block, keep: true);
        here.Should().Be(there);
        here.TraceId.ToHexString().Should().Be(block.ToString()[..32]);
        here.IsRemote.Should().BeTrue("the sampler decides by the trace's id, as for a caller outside");
        (kept.TraceId, kept.SpanId, kept.TraceFlags, kept.IsRemote).Should().Be((here.TraceId, here.SpanId, ActivityTraceFlags.Recorded, false), "a request that is kept finds its block");
    }

    [Fact]
    public void A_statement_is_told_by_a_part_of_its_id_that_gives_no_receipt()
    {
        Hash32 id = new(SHA256.HashData("statement"u8));
        LedgerTrace.Short(id).Should().HaveLength(16).And.Be(id.ToString()[..16]);
    }

    [Fact]
    public void Only_the_stages_that_a_block_passed_here_are_told()
    {
        Names(new BlockTimes { Arrived = 1, Gathered = 2, Executed = 3, Voted = 4, Locked = 5, Committed = 6, Durable = 7 }).Should().Equal("gather", "execute", "prepare", "commit", "flush");
        Names(new BlockTimes { IsOwn = true, Arrived = 1, Executed = 3, Voted = 4, Locked = 5, Committed = 6, Durable = 7 }).Should().Equal("build", "prepare", "commit", "flush");
        Names(new BlockTimes { Arrived = 1, Gathered = 2, Executed = 3, Committed = 6, Durable = 7 }).Should().Equal(["gather", "execute", "flush"], "a block that was caught up with was not voted for");
        Names(new BlockTimes()).Should().BeEmpty();
    }

    [Fact]
    public void A_log_gets_so_many_lines_a_second_and_says_how_many_were_left_out()
    {
        StillClock clock = new();
        LineLimit limit = new(2, clock);
        limit.MayWrite(out _).Should().BeTrue();
        limit.MayWrite(out _).Should().BeTrue();
        limit.MayWrite(out _).Should().BeFalse();
        limit.MayWrite(out _).Should().BeFalse();
        clock.Now += TimeSpan.TicksPerSecond;
        limit.MayWrite(out int leftOut).Should().BeTrue();
        leftOut.Should().Be(2);
        limit.MayWrite(out leftOut).Should().BeTrue();
        leftOut.Should().Be(0);
    }

    [Fact]
    public void Where_nobody_listens_a_span_costs_no_memory()
    {
        LedgerTrace.Source.StartActivity("ledger.statement").Should().BeNull();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            using (LedgerTrace.Source.StartActivity("ledger.statement")) _ = LedgerTrace.IsHeard;
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static IEnumerable<string> Names(BlockTimes times) => times.Stages().Select(stage => stage.Stage);

    private sealed class StillClock : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
