using HealthLedger.Actors.Hosting;
using HealthLedger.Protocol.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Grains;

/// <summary>
/// An actor in a silo: the same class that the embedded host runs, in the shell that the engine gives. One turn at a time; timers are turns; it leaves
/// memory when idle, unless a timer waits.
/// </summary>
/// <typeparam name="TActor">The interface that the actor has.</typeparam>
public abstract class ActorGrain<TActor> : Grain, IActorContext where TActor : class, IActor
{
    private TActor? _actor;

    /// <inheritdoc/>
    public virtual string Key => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public virtual TimeProvider Clock => ServiceProvider.GetRequiredService<TimeProvider>();

    /// <inheritdoc/>
    public abstract IActors Actors { get; }

    /// <inheritdoc/>
    public IDisposable SetTimer(TimeSpan due, Func<ValueTask> turn) =>
        this.RegisterGrainTimer(RunTimerAsync, turn, new GrainTimerCreationOptions { DueTime = due, Period = Timeout.InfiniteTimeSpan, KeepAlive = true });

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await EndAsync();

    /// <summary>Makes the actor; null where it cannot live here now.</summary>
    protected abstract TActor? Create();

    /// <summary>Whether what the actor was made over is there no longer, so that the next turn needs a new one.</summary>
    protected virtual bool IsStale => false;

    /// <summary>Runs a turn of the actor.</summary>
    protected async ValueTask<Result<TAnswer>> CallAsync<TAnswer>(Func<TActor, ValueTask<Result<TAnswer>>> turn) =>
        await ActorAsync() is { } actor ? await turn(actor) : new Fault(FaultCode.Unavailable, "This part of the node is not up; try again in a moment, or ask another one.");

    private async ValueTask<TActor?> ActorAsync()
    {
        if (_actor is not null && IsStale) await EndAsync();
        if (_actor is not null) return _actor;
        _actor = Create();
        if (_actor is Actor awake) await awake.ActivateAsync();
        return _actor;
    }

    private async ValueTask EndAsync()
    {
        TActor? ended = _actor;
        _actor = null;
        if (ended is Actor asleep) await asleep.DeactivateAsync();
    }

    private async Task RunTimerAsync(Func<ValueTask> turn, CancellationToken cancel)
    {
        try
        {
            await turn();
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            // Nobody waits for a timer's turn: the log is told, and the actor starts anew.
            GrainLog.TimerFailed(ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(GetType()), defect, GetType().Name);
            await EndAsync();
        }
    }
}
