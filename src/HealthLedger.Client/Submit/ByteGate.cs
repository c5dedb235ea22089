namespace HealthLedger.Client.Submit;

/// <summary>Lets so many bytes through at once, first come, first served. A single larger load passes alone.</summary>
internal sealed class ByteGate
{
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private readonly Lock _gate = new();
    private readonly long _capacity;
    private long _free;

    public ByteGate(long capacity) => _capacity = _free = capacity;

    public async Task EnterAsync(long bytes, CancellationToken cancel)
    {
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _free -= bytes;
                return;
            }
            _waiting.Enqueue((bytes, turn));
        }
        using (cancel.Register(static state => ((TaskCompletionSource)state!).TrySetCanceled(), turn))
            await turn.Task.ConfigureAwait(false);
    }

    public void Leave(long bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            while (_waiting.TryPeek(out (long Bytes, TaskCompletionSource Turn) next) && (next.Turn.Task.IsCompleted || Fits(next.Bytes)))
            {
                _waiting.Dequeue();
                if (next.Turn.TrySetResult()) _free -= next.Bytes;
            }
        }
    }

    private bool Fits(long bytes) => bytes <= _free || _free == _capacity;
}
