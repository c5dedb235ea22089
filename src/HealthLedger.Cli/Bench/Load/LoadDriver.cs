using System.Diagnostics;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cli.Bench.Load;

/// <summary>What a run of load gave.</summary>
/// <param name="Events">Events committed.</param>
/// <param name="Elapsed">From the first statement sent to the last answer.</param>
/// <param name="Latencies">Of each statement, in milliseconds, from the moment it was due; ascending.</param>
/// <param name="Processor">Processor time that this process used meanwhile.</param>
internal sealed record LoadResult(long Events, TimeSpan Elapsed, double[] Latencies, TimeSpan Processor)
{
    /// <summary>Processors that the run had on average.</summary>
    public double CoresUsed => Processor / Elapsed;

    /// <summary>Events a second.</summary>
    public double Rate => Events / Elapsed.TotalSeconds;

    /// <summary>A percentile of the latencies, 0 to 1.</summary>
    public double Percentile(double share) => Latencies.Length == 0 ? double.NaN : Latencies[Math.Min(Latencies.Length - 1, (int)(share * Latencies.Length))];
}

/// <summary>
/// Sends signed statements to the members that lead their shards, and counts what is committed and flushed by a quorum. Every outcome is looked at: one
/// that is not "applied" ends the measurement.
/// </summary>
internal sealed class LoadDriver(StandaloneNetwork network)
{
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(30), LeaderPoll = TimeSpan.FromMilliseconds(20), BusyWait = TimeSpan.FromMilliseconds(1);

    // The canonical CBOR of the outcome "applied": {1: 0}.
    private static ReadOnlySpan<byte> Applied => [0xA1, 0x01, 0x00];

    private readonly int[] _leaders = new int[network.Genesis.Shards + 1];

    /// <summary>Waits until every shard but the directory has a leader, and remembers it.</summary>
    public async Task<Fault?> FindLeadersAsync(CancellationToken cancel)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int shard = 1; shard < _leaders.Length; shard++)
        {
            int leader;
            while ((leader = Enumerable.Range(0, network.Count).FirstOrDefault(member => network.Member(member)?.Shard(shard).IsLeading == true, -1)) < 0)
            {
                if (watch.Elapsed > LeaderPatience) return new Fault(FaultCode.BenchFailed, $"Shard {shard} has no leader after {LeaderPatience.TotalSeconds:0} s.");
                await Task.Delay(LeaderPoll, cancel);
            }
            _leaders[shard] = leader;
        }
        return null;
    }

    /// <summary>Sends everything as fast as the ledger takes it: so many statements of each shard are always on their way.</summary>
    public async Task<Result<LoadResult>> SaturateAsync(SignedLoad[] load, int inFlightPerShard, TimeSpan longest, CancellationToken cancel)
    {
        SignedLoad[][] byShard = [.. load.GroupBy(item => item.Shard).Select(group => group.ToArray())];
        double[] latencies = new double[load.Length];
        int next = 0;
        long events = 0;
        Fault? broken = null;
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(byShard.SelectMany(shard =>
        {
            int at = -1;
            return Enumerable.Range(0, inFlightPerShard).Select(_ => Task.Run(async () =>
            {
                for (int i; broken is null && watch.Elapsed < longest && (i = Interlocked.Increment(ref at)) < shard.Length;)
                {
                    long sent = Stopwatch.GetTimestamp();
                    if (await SendAsync(shard[i], cancel) is { } fault)
                    {
                        broken = fault;
                        return;
                    }
                    latencies[Interlocked.Increment(ref next) - 1] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                    Interlocked.Add(ref events, shard[i].Events);
                }
            }, cancel));
        }));
        if (broken is { } stopped) return stopped;
        return new LoadResult(events, watch.Elapsed, Sorted(latencies.AsSpan(0, next)), Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>Sends at a steady rate whatever the answers do; a statement's latency counts from when it was due, so a stall is not hidden.</summary>
    public async Task<Result<LoadResult>> SteadyAsync(SignedLoad[] load, double statementsPerSecond, CancellationToken cancel)
    {
        double[] latencies = new double[load.Length];
        long events = 0;
        Fault? broken = null;
        List<Task> sending = new(load.Length);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < load.Length && broken is null; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds(i / statementsPerSecond);
            TimeSpan early = due - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.FromMilliseconds(1)) await Task.Delay(early, cancel);
            int index = i;
            sending.Add(Task.Run(async () =>
            {
                if (await SendAsync(load[index], cancel) is { } fault) broken = fault;
                latencies[index] = (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
                Interlocked.Add(ref events, load[index].Events);
            }, cancel));
        }
        await Task.WhenAll(sending);
        if (broken is { } stopped) return stopped;
        return new LoadResult(events, Stopwatch.GetElapsedTime(start), Sorted(latencies), Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>Sends one after the other, each when the one before is committed.</summary>
    public Task<Result<LoadResult>> IdleAsync(SignedLoad[] load, TimeSpan longest, CancellationToken cancel)
    {
        // One at a time over all shards together: so as if there were one shard.
        return SaturateAsync([.. load.Where(item => item.Shard == load[0].Shard)], 1, longest, cancel);
    }

    private async Task<Fault?> SendAsync(SignedLoad item, CancellationToken cancel)
    {
        while (true)
        {
            Result<CommittedStatement> answer = await network.Member(_leaders[item.Shard])!.Shard(item.Shard).SubmitAsync(item.Envelope, cancel);
            if (answer.TryGet(out CommittedStatement? committed, out Fault fault))
            {
                foreach (ReadOnlyMemory<byte> outcome in committed.Outcomes)
                    if (!outcome.Span.SequenceEqual(Applied)) return new Fault(FaultCode.BenchFailed, "An event of the load was not applied.");
                return null;
            }
            if (fault.Code is not FaultCode.Busy) return fault;
            await Task.Delay(BusyWait, cancel);
        }
    }

    private static double[] Sorted(Span<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
