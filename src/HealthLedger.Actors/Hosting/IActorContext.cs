namespace HealthLedger.Actors.Hosting;

/// <summary>What a host gives to an actor for its lifetime.</summary>
public interface IActorContext
{
    /// <summary>What in the world this actor stands for.</summary>
    string Key { get; }

    /// <summary>The clock, and the only source of timers.</summary>
    TimeProvider Clock { get; }

    /// <summary>Other actors.</summary>
    IActors Actors { get; }

    /// <summary>
    /// Runs <paramref name="turn"/> once, as a turn of this actor, after <paramref name="due"/>. Timers end with the activation: whatever must
    /// happen after a restart too is found again in the ledger when the actor is activated.
    /// </summary>
    /// <returns>Dispose it to call the timer off.</returns>
    IDisposable SetTimer(TimeSpan due, Func<ValueTask> turn);
}
