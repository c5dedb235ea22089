namespace HealthLedger.Orleans.Database;

/// <summary>What an actor keeps in the grain database: a cache, which may be lost at any time.</summary>
/// <typeparam name="T">What is kept.</typeparam>
/// <param name="state">As the engine's storage holds it.</param>
internal sealed class Snapshot<T>(GrainState<T> state) where T : class, new()
{
    /// <summary>As the engine's storage holds it, with the tag of the version that was read or written.</summary>
    public GrainState<T> State => state;

    /// <summary>What was kept last; a new one where there is none.</summary>
    public T Value
    {
        get => state.State ??= new T();
        set => state.State = value;
    }
}
