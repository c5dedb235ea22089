using HealthLedger.Storage.Health;
using HealthLedger.Storage.Telemetry;

namespace HealthLedger.Storage.Flushing;

/// <summary>
/// One loop makes everything that all shards staged durable together: it takes what is there, writes the logs side by side, and
/// completes all who waited. A failure ends it for ever (PROTOCOL.md section 4).
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private readonly IStagedLog[] _logs;
    private readonly StoreHealth _health;
    private readonly TimeProvider _time;
    private readonly StoreMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Task _loop;
    private TaskCompletionSource _next = NewRound();
    private StoreFailedException? _failure;
    private bool _pending, _ended;

    public GroupCommit(IReadOnlyList<IStagedLog> logs, StoreHealth health, TimeProvider time, StoreMetrics metrics)
    {
        (_logs, _health, _time, _metrics) = ([.. logs], health, time, metrics);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Called once when a flush has failed.</summary>
    public event Action<StoreFailedException>? Failed;

    /// <summary>Completes when everything staged before the call is durable.</summary>
    /// <exception cref="StoreFailedException">The store has ended.</exception>
    public ValueTask FlushAsync()
    {
        lock (_gate)
        {
            if (_failure is not null) return ValueTask.FromException(_failure);
            ObjectDisposedException.ThrowIf(_ended, this);
            if (!_pending)
            {
                _pending = true;
                _wanted.Release();
            }
            return new ValueTask(_next.Task);
        }
    }

    /// <summary>Ends the loop after what is asked for by now. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _wanted.Release();
            }
        }
        await _loop.ConfigureAwait(false);
    }

    /// <summary>Ends the store because a write elsewhere failed (runs, tiles); who waits now or later hears of it.</summary>
    public void Abort(Exception cause) => Fail(null, cause);

    private async Task RunAsync()
    {
        while (true)
        {
            await _wanted.WaitAsync().ConfigureAwait(false);
            TaskCompletionSource round;
            lock (_gate)
            {
                if (!_pending || _failure is not null) return;
                _pending = false;
                (round, _next) = (_next, NewRound());
            }
            try
            {
                WriteRound();
                round.TrySetResult();
            }
            catch (Exception cause)
            {
                Fail(round, cause);
                return;
            }
        }
    }

    private void WriteRound()
    {
        long began = _time.GetTimestamp();
        List<IStagedLog> taken = [];
        foreach (IStagedLog log in _logs)
            if (log.Take()) taken.Add(log);
        if (taken.Count == 1) taken[0].WriteTaken();
        else if (taken.Count > 1) WriteBeside(taken);
        foreach (IStagedLog log in _logs) log.Complete();
        if (taken.Count == 0) return;
        _metrics.Flushed(_time.GetElapsedTime(began));
    }

    private static void WriteBeside(List<IStagedLog> taken)
    {
        Task[] others = [.. taken.Skip(1).Select(log => Task.Run(log.WriteTaken))];
        Exception? own = null;
        try
        {
            taken[0].WriteTaken();
        }
        catch (Exception cause)
        {
            own = cause;
        }
        // All must have ended before anyone may touch the buffers again.
        Task.WhenAll(others).GetAwaiter().GetResult();
        if (own is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(own);
    }

    private void Fail(TaskCompletionSource? round, Exception cause)
    {
        StoreFailedException failure = new(cause);
        TaskCompletionSource next;
        bool first;
        lock (_gate)
        {
            first = _failure is null;
            failure = _failure ??= failure;
            next = _next;
        }
        _health.Fail(failure);
        if (first) Failed?.Invoke(failure);
        round?.TrySetException(failure);
        next.TrySetException(failure);
        // Nobody may be waiting on the round that never began: look at its failure here, or the runtime reports it as unseen.
        _ = next.Task.Exception;
    }

    private static TaskCompletionSource NewRound() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
