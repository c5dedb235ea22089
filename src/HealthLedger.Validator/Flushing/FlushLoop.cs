using System.Diagnostics;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Flushing;

/// <summary>
/// The one loop of a replica that waits for its disk: takes what all shards have staged, makes it durable in one group commit, signs one
/// tree over all votes of the round, and lets the answers go, in the order of the steps they came from. While it waits, the next round
/// gathers. A failed flush ends the replica; nothing of that round is let go, and it is never tried again.
/// </summary>
internal sealed class FlushLoop : IAsyncDisposable
{
    private readonly Func<ValueTask> _commit;
    private readonly Func<List<Vote>, VoteProof[]> _sign;
    private readonly ReplicaMetrics _metrics;
    private readonly Action<Exception> _failed;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly List<Vote> _votes = [];
    private readonly Task _run;
    private List<FlushItem> _gathered = [], _round = [];
    private bool _stopping;

    /// <summary>Starts the loop.</summary>
    /// <param name="commit">Makes everything staged durable; throws when the disk refuses.</param>
    /// <param name="sign">Signs one tree over at most 4,096 votes, in order.</param>
    /// <param name="metrics">Gets each round's duration.</param>
    /// <param name="failed">Called once, when a flush failed.</param>
    public FlushLoop(Func<ValueTask> commit, Func<List<Vote>, VoteProof[]> sign, ReplicaMetrics metrics, Action<Exception> failed)
    {
        (_commit, _sign, _metrics, _failed) = (commit, sign, metrics, failed);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Items that wait for the next round.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate) return _gathered.Count;
        }
    }

    /// <summary>Adds an item to the next round. What it stands for was staged before. At most one per step of a shard, so bounded by them.</summary>
    public void Enqueue(FlushItem item)
    {
        lock (_gate)
        {
            if (_stopping) return;
            _gathered.Add(item);
            if (_gathered.Count == 1) _work.Release();
        }
    }

    /// <summary>Ends the loop after the round it is in; what waits is dropped, as by a crash.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _run;
    }

    /// <summary>Lets nothing more go.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_stopping) return;
            _stopping = true;
            _gathered.Clear();
            if (_work.CurrentCount == 0) _work.Release();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _work.WaitAsync();
                lock (_gate)
                {
                    if (_stopping) return;
                    (_round, _gathered) = (_gathered, _round);
                }
                await FlushAsync();
                _round.Clear();
            }
        }
        catch (Exception failure)
        {
            Stop();
            _failed(failure);
        }
    }

    private async Task FlushAsync()
    {
        long start = Stopwatch.GetTimestamp();
        if (_round.Exists(item => item.NeedsDisk)) await _commit();
        VoteProof[] proofs = SignVotes();
        int next = 0;
        foreach (FlushItem item in _round)
        {
            VoteProof[] own = proofs[next..(next + item.Votes.Count)];
            next += own.Length;
            item.Release(item, own);
        }
        _metrics.Flushed(Stopwatch.GetElapsedTime(start).TotalSeconds, proofs.Length);
    }

    private VoteProof[] SignVotes()
    {
        _votes.Clear();
        foreach (FlushItem item in _round)
            foreach ((_, Vote vote) in item.Votes) _votes.Add(vote);
        if (_votes.Count == 0) return [];
        if (_votes.Count <= VoteProof.TreeSizeMax) return _sign(_votes);
        List<VoteProof> proofs = [];
        foreach (Vote[] chunk in _votes.Chunk(VoteProof.TreeSizeMax)) proofs.AddRange(_sign([.. chunk]));
        return [.. proofs];
    }
}
