namespace HealthLedger.Actors.Hosting;

/// <summary>
/// One thing in the world: a patient, a ledger shard. Its turns run one after another, so that it needs no locks. It must not call an actor
/// that waits for it (the embedded host finds such circles in tests), and must be harmless when a second activation of it exists.
/// </summary>
public abstract class Actor(IActorContext context)
{
    /// <summary>What the host gave to this actor.</summary>
    protected IActorContext Context => context;

    /// <summary>Runs before the first turn.</summary>
    public virtual ValueTask ActivateAsync() => ValueTask.CompletedTask;

    /// <summary>Runs after the last turn.</summary>
    public virtual ValueTask DeactivateAsync() => ValueTask.CompletedTask;
}
