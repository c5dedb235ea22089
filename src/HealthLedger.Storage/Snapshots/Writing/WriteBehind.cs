using System.Diagnostics.CodeAnalysis;

namespace HealthLedger.Storage.Snapshots.Writing;

/// <summary>
/// Changes on their way to the database. Nobody waits for it: what is put is kept here, the newest for each place, and written in batches by one
/// worker, in the order of the last put; so a row that says "all before me is there" is written after all before it. When it is full,
/// new changes are dropped and counted.
/// </summary>
internal sealed class WriteBehind : IAsyncDisposable
{
    private const int TriesMax = 3;
    private const long BatchBytesMax = 4 << 20;

    private readonly ICacheDatabase _database;
    private readonly DatabaseGate _gate;
    private readonly DatabaseOptions _options;
    private readonly TimeProvider _clock;
    private readonly DatabaseMetrics _metrics;
    private readonly Lock _turn = new();
    private readonly Dictionary<RowPlace, LinkedListNode<SnapshotChange>> _pending = [];
    private readonly LinkedList<SnapshotChange> _order = new();
    private readonly Dictionary<RowPlace, SnapshotChange> _writing = [];
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _pump;
    private TaskCompletionSource? _room, _empty;
    private long _bytes;
    private int _batchRows;

    public WriteBehind(ICacheDatabase database, DatabaseGate gate, DatabaseOptions options, TimeProvider clock, DatabaseMetrics metrics)
    {
        (_database, _gate, _options, _clock, _metrics) = (database, gate, options, clock, metrics);
        _batchRows = options.BatchRowsMax;
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Rows that wait, those being written included.</summary>
    public int Count
    {
        get { lock (_turn) return _pending.Count + _writing.Count; }
    }

    /// <summary>Bytes that wait.</summary>
    public long Bytes
    {
        get { lock (_turn) return _bytes; }
    }

    /// <summary>Takes a change; false where there is no room.</summary>
    public bool TryAdd(SnapshotChange change)
    {
        lock (_turn)
        {
            long before = _pending.TryGetValue(change.Place, out LinkedListNode<SnapshotChange>? old) ? old.Value.Weight : 0;
            if (_bytes - before + change.Weight > _options.QueueBytesMax || (old is null && !_writing.ContainsKey(change.Place) && _pending.Count + _writing.Count >= _options.QueueRowsMax))
            {
                // What waits already still goes: it was true when it was put, and snapshots are brought up to date by who reads them.
                _metrics.Dropped(1);
                return false;
            }
            if (old is not null) Forget(old);
            _pending[change.Place] = _order.AddLast(change);
            _bytes += change.Weight;
            if (_work.CurrentCount == 0) _work.Release();
            return true;
        }
    }

    /// <summary>The newest change of a place that is not known to be in the database.</summary>
    public bool TryGet(RowPlace place, [MaybeNullWhen(false)] out SnapshotChange change)
    {
        lock (_turn)
        {
            if (_pending.TryGetValue(place, out LinkedListNode<SnapshotChange>? node))
            {
                change = node.Value;
                return true;
            }
            return _writing.TryGetValue(place, out change);
        }
    }

    /// <summary>All changes that are not known to be in the database and are taken by <paramref name="wanted"/>.</summary>
    public Dictionary<RowPlace, SnapshotChange> Where(Func<RowPlace, bool> wanted)
    {
        Dictionary<RowPlace, SnapshotChange> found = [];
        lock (_turn)
        {
            foreach ((RowPlace place, SnapshotChange change) in _writing)
                if (wanted(place)) found[place] = change;
            foreach ((RowPlace place, LinkedListNode<SnapshotChange> node) in _pending)
                if (wanted(place)) found[place] = node.Value;
        }
        return found;
    }

    /// <summary>Ends when at most half of the room is taken: back pressure for who has much to put and time.</summary>
    public Task WaitForRoomAsync(CancellationToken cancel)
    {
        lock (_turn)
        {
            if (HasRoom) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancel);
        }
    }

    /// <summary>Ends when nothing waits.</summary>
    public Task WaitUntilEmptyAsync(CancellationToken cancel)
    {
        lock (_turn)
        {
            if (_pending.Count + _writing.Count == 0) return Task.CompletedTask;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task.WaitAsync(cancel);
        }
    }

    /// <summary>Begins no further batch. The gate may be closed then, which ends the one under way.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>Stops; what was not written is forgotten.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _pump;
        _stopping.Dispose();
        _work.Dispose();
    }

    private bool HasRoom => _bytes <= _options.QueueBytesMax / 2 && _pending.Count + _writing.Count <= _options.QueueRowsMax / 2;

    private async Task PumpAsync()
    {
        try
        {
            int tries = 0;
            while (true)
            {
                await _work.WaitAsync(_stopping.Token);
                if (_options.Linger > TimeSpan.Zero) await Task.Delay(_options.Linger, _clock, _stopping.Token);
                while (true)
                {
                    // Taken when it can go: until then newer puts of the same thing take its place.
                    await _gate.WaitAsync(_stopping.Token);
                    List<SnapshotChange> batch = Take();
                    if (batch.Count == 0) break;
                    long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
                    (bool done, _) = await _gate.TryAsync("write", _options.WriteTimeout, async stop =>
                    {
                        await _database.WriteAsync(batch, now, stop);
                        return true;
                    });
                    tries = done ? 0 : tries + 1;
                    if (done) _metrics.Wrote(batch.Count);
                    // A database that lives and never takes this batch must not stand in the way of all others.
                    bool dropped = !done && batch.Count == 1 && tries >= TriesMax;
                    if (dropped) _metrics.Dropped(1);
                    if (dropped) tries = 0;
                    Settle(batch, done || dropped);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node ends.
        }
    }

    private List<SnapshotChange> Take()
    {
        List<SnapshotChange> batch = [];
        long bytes = 0;
        lock (_turn)
        {
            while (_order.First is { } first && batch.Count < _batchRows && (batch.Count == 0 || bytes + first.Value.Weight <= BatchBytesMax))
            {
                _order.RemoveFirst();
                _pending.Remove(first.Value.Place);
                _writing[first.Value.Place] = first.Value;
                batch.Add(first.Value);
                bytes += first.Value.Weight;
            }
        }
        return batch;
    }

    // What was not written goes back to the front, unless something newer is there; a batch that fails is halved until the row that is to blame is alone.
    private void Settle(List<SnapshotChange> batch, bool written)
    {
        lock (_turn)
        {
            _batchRows = written ? _options.BatchRowsMax : Math.Max(1, batch.Count / 2);
            for (int i = batch.Count - 1; i >= 0; i--)
            {
                SnapshotChange change = batch[i];
                _writing.Remove(change.Place);
                if (written || _pending.ContainsKey(change.Place)) _bytes -= change.Weight;
                else _pending[change.Place] = _order.AddFirst(change);
            }
            if (HasRoom)
            {
                _room?.TrySetResult();
                _room = null;
            }
            if (_pending.Count + _writing.Count == 0)
            {
                _empty?.TrySetResult();
                _empty = null;
            }
        }
    }

    private void Forget(LinkedListNode<SnapshotChange> node)
    {
        _order.Remove(node);
        _pending.Remove(node.Value.Place);
        _bytes -= node.Value.Weight;
    }
}
