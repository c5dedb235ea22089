namespace HealthLedger.Storage.Background;

/// <summary>
/// The one worker of a store: filling ahead, writing runs, merging, collecting. A job waits at most once under its name, so the queue is
/// bounded by the number of names. Without a loop (tests) jobs run in <see cref="RunPending"/>.
/// </summary>
internal sealed class BackgroundWork : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<(string Name, Action Work)> _jobs = new();
    private readonly HashSet<string> _names = [];
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Action<string, Exception> _failed;
    private readonly Task _loop;
    private bool _ended;

    public BackgroundWork(bool run, Action<string, Exception> failed)
    {
        _failed = failed;
        _loop = run ? Task.Run(RunAsync) : Task.CompletedTask;
    }

    /// <summary>Jobs that wait.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate) return _jobs.Count;
        }
    }

    /// <summary>Queues a job, unless one of that name waits already.</summary>
    public void Post(string name, Action work)
    {
        lock (_gate)
        {
            if (_ended || !_names.Add(name)) return;
            _jobs.Enqueue((name, work));
        }
        _wanted.Release();
    }

    /// <summary>Runs on the caller's thread what waits; for stores that were opened without a worker.</summary>
    public void RunPending()
    {
        while (TryTake(out string name, out Action work)) Run(name, work);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            _jobs.Clear();
        }
        _wanted.Release();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await _wanted.WaitAsync().ConfigureAwait(false);
            lock (_gate)
                if (_ended) return;
            if (TryTake(out string name, out Action work)) Run(name, work);
        }
    }

    private bool TryTake(out string name, out Action work)
    {
        lock (_gate)
        {
            bool any = _jobs.TryDequeue(out (string Name, Action Work) job);
            (name, work) = job;
            if (any) _names.Remove(name);
            return any;
        }
    }

    private void Run(string name, Action work)
    {
        try
        {
            work();
        }
        catch (Exception cause)
        {
            _failed(name, cause);
        }
    }
}
