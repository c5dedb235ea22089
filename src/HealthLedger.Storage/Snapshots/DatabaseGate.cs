using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Storage.Snapshots;

/// <summary>
/// The way to a database that may be slow or dead: every use of it has an end, and after a failure nobody waits for it again until it was seen to
/// live. It is tried anew after 100 ms, then after twice as long each time, at most every 10 s; each try runs the migrations, so that a database that
/// was dropped and created empty is used at once.
/// </summary>
internal sealed class DatabaseGate : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(10);

    private readonly ICacheDatabase _database;
    private readonly DatabaseOptions _options;
    private readonly TimeProvider _clock;
    private readonly DatabaseMetrics _metrics;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _turn = new();
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _recovering = Task.CompletedTask;
    private volatile string? _trouble = "It was not reached yet.";

    public DatabaseGate(ICacheDatabase database, DatabaseOptions options, TimeProvider clock, DatabaseMetrics metrics) =>
        (_database, _options, _clock, _metrics) = (database, options, clock, metrics);

    /// <summary>Which database it is that was reached last: another value after it was dropped and created empty.</summary>
    public Id16 Identity { get; private set; }

    /// <summary>What is wrong; null while the database answers.</summary>
    public string? Trouble => _trouble;

    /// <summary>Called after every change of <see cref="Trouble"/>.</summary>
    public event Action? Changed;

    /// <summary>Tries for the first time. A fault where the database must not be used as it is; where it cannot be reached it is tried again later.</summary>
    public async ValueTask<Fault?> StartAsync()
    {
        (bool reached, Fault? fault) = await ReachAsync();
        if (fault is not null) return fault;
        if (!reached) Recover();
        return null;
    }

    /// <summary>Ends when the database is there.</summary>
    public Task WaitAsync(CancellationToken cancel)
    {
        lock (_turn) return _up.Task.WaitAsync(cancel);
    }

    /// <summary>Does something, unless the database is known to be away.</summary>
    /// <param name="operation">Its name in metrics.</param>
    /// <param name="limit">After how long it counts as failed.</param>
    /// <param name="work">What.</param>
    /// <returns>Whether it was done, and its answer.</returns>
    public async ValueTask<(bool Done, T? Answer)> TryAsync<T>(string operation, TimeSpan limit, Func<CancellationToken, ValueTask<T>> work)
    {
        if (_trouble is not null || _stopping.IsCancellationRequested) return default;
        long start = _clock.GetTimestamp();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using ITimer timer = _clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), ending, limit, Timeout.InfiniteTimeSpan);
        try
        {
            // A driver may take its time to give up: who asks goes on at the limit.
            T answer = await work(ending.Token).AsTask().WaitAsync(ending.Token);
            _metrics.Done(operation, _clock.GetElapsedTime(start));
            return (true, answer);
        }
        catch (Exception failure) when (failure is DatabaseException or OperationCanceledException)
        {
            if (_stopping.IsCancellationRequested) return default;
            _metrics.Failed(operation);
            Trip(failure is DatabaseException ? failure.Message : $"It did not answer within {limit.TotalMilliseconds:0} ms.");
            return default;
        }
    }

    /// <summary>Lets nobody through any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _recovering;
        lock (_turn) _up.TrySetCanceled();
        _stopping.Dispose();
    }

    private void Trip(string trouble)
    {
        lock (_turn)
        {
            if (_trouble is not null) return;
            _trouble = trouble;
            _up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        Changed?.Invoke();
        Recover();
    }

    private void Recover()
    {
        lock (_turn)
        {
            if (_recovering.IsCompleted && !_stopping.IsCancellationRequested) _recovering = RecoverAsync();
        }
    }

    private async Task RecoverAsync()
    {
        TimeSpan pause = FirstPause;
        try
        {
            while (true)
            {
                await Task.Delay(pause, _clock, _stopping.Token);
                (bool reached, Fault? fault) = await ReachAsync();
                if (reached) return;
                if (fault is { } refused) _trouble = refused.Message;
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node ends.
        }
    }

    private async ValueTask<(bool Reached, Fault? Fault)> ReachAsync()
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using ITimer timer = _clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), ending, _options.ConnectTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            Result<Id16> migrated = await _database.MigrateAsync(ending.Token).AsTask().WaitAsync(ending.Token);
            if (!migrated.IsOk) return (false, migrated.Fault);
            Identity = migrated.Value;
        }
        catch (Exception failure) when (failure is DatabaseException or OperationCanceledException)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            _trouble = failure is DatabaseException ? failure.Message : "It cannot be reached.";
            return (false, null);
        }
        lock (_turn)
        {
            _trouble = null;
            _up.TrySetResult();
        }
        Changed?.Invoke();
        return (true, null);
    }
}
