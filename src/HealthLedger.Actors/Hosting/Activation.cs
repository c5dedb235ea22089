using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Hosting;

/// <summary>One actor in memory: its mailbox and the loop that runs its turns one after another.</summary>
internal sealed class Activation : IActorContext
{
    private readonly Channel<Func<object?, Task>> _mailbox;
    private readonly Func<IActorContext, object> _create;
    private readonly EmbeddedHost _host;
    private readonly ILogger _log;
    private readonly Task _loop;
    private long _lastTurn;

    public Activation(EmbeddedHost host, string kind, string key, Func<IActorContext, object> create, ILogger log)
    {
        (_host, Kind, Key, _create, _log) = (host, kind, key, create, log);
        _mailbox = Channel.CreateBounded<Func<object?, Task>>(new BoundedChannelOptions(host.Options.MailboxTurnsMax) { SingleReader = true });
        _lastTurn = host.Clock.GetTimestamp();
        _loop = Task.Run(RunAsync);
    }

    public string Kind { get; }
    public string Key { get; }
    public TimeProvider Clock => _host.Clock;
    public IActors Actors => _host;

    /// <summary>True when no turn has run or waits since <see cref="EmbeddedHostOptions.IdleTimeout"/>.</summary>
    public bool IsIdle => _mailbox.Reader.Count == 0 && Clock.GetElapsedTime(Interlocked.Read(ref _lastTurn)) >= _host.Options.IdleTimeout;

    /// <summary>False when the mailbox is full or closed.</summary>
    public bool TryPost(Func<object?, Task> turn)
    {
        if (!_mailbox.Writer.TryWrite(turn)) return false;
        _host.Metrics.Queued(1);
        return true;
    }

    public IDisposable SetTimer(TimeSpan due, Func<ValueTask> turn) =>
        Clock.CreateTimer(_ => TryPost(async _ => await turn()), null, due, Timeout.InfiniteTimeSpan);

    /// <summary>Takes no more turns, ends those that wait, and deactivates the actor.</summary>
    public Task StopAsync()
    {
        _mailbox.Writer.TryComplete();
        return _loop;
    }

    private async Task RunAsync()
    {
        object? actor = await StartAsync();
        await foreach (Func<object?, Task> turn in _mailbox.Reader.ReadAllAsync())
        {
            _host.Metrics.Queued(-1);
            try
            {
                await turn(actor);
            }
            catch (Exception defect)
            {
                // A turn answers its caller itself; what arrives here is a defect in a timer's turn, and the actor starts anew.
                HostLog.TurnFailed(_log, defect, Kind);
                actor = await StartAsync();
            }
            Interlocked.Exchange(ref _lastTurn, Clock.GetTimestamp());
        }
        if (actor is Actor asleep) await asleep.DeactivateAsync();
    }

    // Null where the actor does not start: the turns that wait are told so, and the next call tries with a new activation.
    private async Task<object?> StartAsync()
    {
        try
        {
            object actor = _create(this);
            if (actor is Actor awake) await awake.ActivateAsync();
            return actor;
        }
        catch (Exception defect)
        {
            HostLog.StartFailed(_log, defect, Kind);
            _host.Remove(this);
            return null;
        }
    }
}
