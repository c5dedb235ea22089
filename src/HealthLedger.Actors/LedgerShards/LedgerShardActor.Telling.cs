using System.Diagnostics;
using System.Globalization;
using System.Text;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Actors.LedgerShards;

/// <content>What it tells of itself: its load, spans of hand-ins and blocks, and where the time of a slow statement went.</content>
public sealed partial class LedgerShardActor
{
    private const int SlowLinesPerSecond = 5;

    private readonly LineLimit _slowLines;

    /// <inheritdoc/>
    public ShardLoad Load => new(_mempool.Count, _mempool.Bytes, _mempool.FreeCount, Volatile.Read(ref _entering), Volatile.Read(ref _forwards), IsLeading);

    /// <summary>A hand-in has its answer: the measure, the span's attributes and link, and a line where it was slow.</summary>
    private void Tell(Activity? span, StatementWaiter waiter, Submission? submission, Result<CommittedStatement> answer)
    {
        bool isCommitted = answer.TryGet(out CommittedStatement? committed, out Fault fault);
        TimeSpan took = _replica.Time.GetElapsedTime(waiter.Arrived);
        if (isCommitted && waiter.Block is not null) _replica.ReportCommitted(Shard, took.TotalSeconds);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("healthledger.shard", Shard);
            if (submission is not null) span.SetTag("healthledger.entries", submission.Events.Length).SetTag("healthledger.statement", LedgerTrace.Short(submission.Statement.Id));
            if (isCommitted) span.SetTag("healthledger.height", committed!.Height);
            else span.SetTag("healthledger.code", fault.CodeText).SetStatus(ActivityStatusCode.Error);
            if (waiter.Entered != 0) span.AddEvent(new ActivityEvent("checked", At(waiter.Entered)));
            if (waiter.Block?.Times is { Arrived: not 0 } times) span.AddEvent(new ActivityEvent("in a block", At(times.Arrived)));
            if (waiter.Block is { } block) span.AddLink(new ActivityLink(LedgerTrace.OfBlock(block.Block.Hash, span.Recorded)));
        }
        if (took < _options.SlowAfter || submission is null || !_slowLines.MayWrite(out int leftOut)) return;
        _replica.ReportSlow(Shard, committed?.Height ?? 0, LedgerTrace.Short(submission.Statement.Id), took.TotalMilliseconds, isCommitted ? Stages(waiter) : fault.CodeText, leftOut);
    }

    private DateTimeOffset At(long timestamp) => _replica.Time.GetUtcNow() - _replica.Time.GetElapsedTime(timestamp);

    private string Stages(StatementWaiter waiter)
    {
        StringBuilder stages = new();
        void Add(string name, long from, long to)
        {
            if (from != 0 && to >= from) stages.Append(CultureInfo.InvariantCulture, $"{(stages.Length == 0 ? "" : ", ")}{name} {_replica.Time.GetElapsedTime(from, to).TotalMilliseconds:0.0}");
        }
        Add("check", waiter.Arrived, waiter.Entered);
        if (waiter.Block?.Times is not { } times) return stages.Append(stages.Length == 0 ? "" : ", ").Append("committed before").ToString();
        Add("wait", waiter.Entered, times.Arrived);
        foreach ((string stage, long from, long to) in times.Stages()) Add(stage, from, to);
        return stages.ToString();
    }

    /// <summary>Writes the block's spans, with links to the hand-ins at this member whose statements it took.</summary>
    private void Trace(CommittedBlock block, List<ActivityContext> handIns) => BlockSpans.Write(block, _replica.Member, handIns, _replica.Time);
}
