using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Validator.Links.Http;

/// <summary>The way to one member: what waits for it, and the session that there is now; connects again for as long as the member is known.</summary>
internal sealed class MemberLink : IAsyncDisposable
{
    private readonly LinkContext _context;
    private readonly LinkQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private TaskCompletionSource<LinkSession> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkSession? _session;
    private string? _lastFault;
    private string _build = "";

    public MemberLink(LinkContext context, Hash32 member)
    {
        (_context, Member) = (context, member);
        _queue = new LinkQueue(context.Options.QueueMessagesMax, context.Options.QueueBytesMax, context.Time);
        _run = Task.Run(RunAsync);
    }

    /// <summary>The member's id.</summary>
    public Hash32 Member { get; }

    /// <summary>What is counted.</summary>
    public LinkTally Tally { get; } = new();

    /// <summary>Messages waiting.</summary>
    public LinkQueue Queue => _queue;

    /// <summary>The open session; null while the link is down.</summary>
    public LinkSession? Session => Volatile.Read(ref _session);

    /// <summary>Why it is, or was last, down.</summary>
    public string? LastFault => Volatile.Read(ref _lastFault);

    /// <summary>The member's software, as it said last.</summary>
    public string Build => Volatile.Read(ref _build);

    /// <summary>Sends without waiting.</summary>
    public void Post(ReadOnlyMemory<byte> message)
    {
        if (message.Length > _context.Options.MessageBytesMax || !_queue.TryAdd(message)) Tally.Drop();
    }

    /// <summary>Asks; waits a moment for a connection that is being made.</summary>
    public async Task<ReadOnlyMemory<byte>> AskAsync(ReadOnlyMemory<byte> question, CancellationToken stopping)
    {
        if (Session is { } open) return await open.AskAsync(question, stopping);
        try
        {
            LinkSession made = await Volatile.Read(ref _next).Task.WaitAsync(_context.Options.AskPatience, _context.Time, stopping);
            return await made.AskAsync(question, stopping);
        }
        catch (TimeoutException)
        {
            return default;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _next.TrySetException(new TimeoutException());
        _ = _next.Task.Exception;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        TimeSpan pause = _context.Options.BackOffMin;
        while (!_stop.IsCancellationRequested)
        {
            bool wasUp = await ConnectAsync();
            pause = wasUp ? _context.Options.BackOffMin : pause;
            try
            {
                await Task.Delay(pause, _context.Time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, _context.Options.BackOffMax.Ticks));
        }
    }

    /// <summary>One session; true where it was up.</summary>
    private async Task<bool> ConnectAsync()
    {
        if (_context.Peers.Find(Member) is not { } member) return false;
        bool wasUp = false;
        string reason;
        if (!Uri.TryCreate(member.Endpoint, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme != Uri.UriSchemeHttps) reason = $"its endpoint {member.Endpoint} is no https address";
        else
        {
            Tally.Connected();
            try
            {
                using LinkSession session = new(_context, member, _queue, Tally);
                reason = await session.RunAsync(opened =>
                {
                    wasUp = true;
                    Open(member, opened);
                }, _stop.Token);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // One link's defect is not another's: it is said, and the link begins anew.
                _context.Log.Defect(member.Name, failure);
                reason = "a defect";
            }
            Volatile.Write(ref _session, null);
        }
        if (wasUp) _context.Log.Down(member.Name, reason);
        else if (reason != LastFault) _context.Log.Unreachable(member.Name, reason);
        Volatile.Write(ref _lastFault, reason);
        return wasUp;
    }

    private void Open(Member member, LinkSession session)
    {
        Volatile.Write(ref _build, session.Build);
        Volatile.Write(ref _session, session);
        Interlocked.Exchange(ref _next, new TaskCompletionSource<LinkSession>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(session);
        _context.Log.Up(member.Name, session.Version, session.Build);
    }
}
