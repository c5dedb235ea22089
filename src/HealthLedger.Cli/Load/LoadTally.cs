using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Load;

/// <summary>A time without a commit.</summary>
/// <param name="From">The commit before it, or the start, in milliseconds since 1970.</param>
/// <param name="To">The commit after it, or the end.</param>
/// <param name="Shard">Where; null over all shards.</param>
internal readonly record struct CommitGap(long From, long To, int? Shard)
{
    /// <summary>How long.</summary>
    public long Milliseconds => To - From;
}

/// <summary>Counts a run: commits, the times between them, how long each took, and what failed. Safe for several threads.</summary>
internal sealed class LoadTally
{
    private const int LatencyMax = 120_000;

    private readonly Lock _gate = new();
    private readonly int[] _latencies = new int[LatencyMax + 1];
    private readonly SortedDictionary<string, long> _retried = new(StringComparer.Ordinal), _failed = new(StringComparer.Ordinal);
    private readonly long[] _lastOf;
    private readonly CommitGap[] _longestOf;
    private long _last;
    private CommitGap _longest;

    /// <summary>Nothing counted yet.</summary>
    /// <param name="shards">Shards that are written to are 1 to this.</param>
    public LoadTally(int shards)
    {
        _lastOf = new long[shards + 1];
        _longestOf = new CommitGap[shards + 1];
    }

    /// <summary>The start, in milliseconds since 1970.</summary>
    public long Started { get; private set; }

    /// <summary>When it ended, in milliseconds since 1970.</summary>
    public long Ended { get; private set; }

    /// <summary>Statements acknowledged.</summary>
    public long Statements { get; private set; }

    /// <summary>Records acknowledged.</summary>
    public long Records { get; private set; }

    /// <summary>Receipts fetched, verified and kept.</summary>
    public long Receipts { get; private set; }

    /// <summary>The longest time between two commits, whatever their shards.</summary>
    public CommitGap Longest
    {
        get { lock (_gate) return _longest; }
    }

    /// <summary>The longest time between two commits of one shard, by shard; those that were written to.</summary>
    public IReadOnlyList<CommitGap> LongestOfShards(IEnumerable<int> shards)
    {
        lock (_gate) return [.. shards.Select(shard => _longestOf[shard])];
    }

    /// <summary>What nodes failed with before another, or the same one later, took the call; by code.</summary>
    public IReadOnlyDictionary<string, long> Retried
    {
        get { lock (_gate) return new SortedDictionary<string, long>(_retried, StringComparer.Ordinal); }
    }

    /// <summary>What reached a writer that tries again; by code.</summary>
    public IReadOnlyDictionary<string, long> Failed
    {
        get { lock (_gate) return new SortedDictionary<string, long>(_failed, StringComparer.Ordinal); }
    }

    /// <summary>The first statement is about to be written.</summary>
    public void Begin(long now)
    {
        lock (_gate)
        {
            Started = _last = now;
            _longest = new CommitGap(now, now, null);
            Array.Fill(_lastOf, now);
            for (int shard = 0; shard < _longestOf.Length; shard++) _longestOf[shard] = new CommitGap(now, now, shard);
        }
    }

    /// <summary>A statement was acknowledged.</summary>
    public void Acknowledge(int shard, int records, long sent, long acked)
    {
        lock (_gate)
        {
            (Statements, Records) = (Statements + 1, Records + records);
            _latencies[Math.Clamp(acked - sent, 0, LatencyMax)]++;
            Close(shard, acked);
        }
    }

    /// <summary>The run ends: what has lasted since the last commit is a gap as well.</summary>
    public void End(IEnumerable<int> shards, long now)
    {
        lock (_gate)
        {
            Ended = now;
            foreach (int shard in shards) Close(shard, now);
        }
    }

    /// <summary>A receipt was kept.</summary>
    public void KeepReceipt()
    {
        lock (_gate) Receipts++;
    }

    /// <summary>A node failed, and the call went on.</summary>
    public void Retry(Fault fault) => Count(_retried, fault);

    /// <summary>A writer was told a fault.</summary>
    public void Fail(Fault fault) => Count(_failed, fault);

    /// <summary>The time in milliseconds within which that part of the statements was acknowledged.</summary>
    public long Latency(double part)
    {
        lock (_gate)
        {
            long due = (long)Math.Ceiling(part * Statements), seen = 0;
            for (int milliseconds = 0; milliseconds <= LatencyMax; milliseconds++)
                if ((seen += _latencies[milliseconds]) >= due && seen > 0) return milliseconds;
            return 0;
        }
    }

    private void Close(int shard, long now)
    {
        if (now - _last > _longest.Milliseconds) _longest = new CommitGap(_last, now, null);
        if (now - _lastOf[shard] > _longestOf[shard].Milliseconds) _longestOf[shard] = new CommitGap(_lastOf[shard], now, shard);
        _last = Math.Max(_last, now);
        _lastOf[shard] = Math.Max(_lastOf[shard], now);
    }

    private void Count(SortedDictionary<string, long> counts, Fault fault)
    {
        lock (_gate) counts[fault.CodeText] = counts.GetValueOrDefault(fault.CodeText) + 1;
    }
}
