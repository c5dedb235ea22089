namespace HealthLedger.Actors.Hosting;

/// <summary>The actors that wait for the current turn, innermost first.</summary>
/// <param name="Kind">The kind of the actor whose turn it is.</param>
/// <param name="Key">Its key.</param>
/// <param name="Caller">Who waits for it; null where the call came from outside.</param>
internal sealed record CallChain(string Kind, string Key, CallChain? Caller)
{
    private static readonly AsyncLocal<CallChain?> Flow = new();

    /// <summary>The chain of the code that is running now; null outside of any turn.</summary>
    public static CallChain? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    /// <summary>True when that actor already waits for this turn, so that calling it could never end.</summary>
    public static bool Holds(string kind, string key)
    {
        for (CallChain? link = Current; link is not null; link = link.Caller)
            if (link.Kind == kind && link.Key == key) return true;
        return false;
    }
}
