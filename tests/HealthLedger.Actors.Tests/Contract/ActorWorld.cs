namespace HealthLedger.Actors.Tests.Contract;

/// <summary>A host of counters, whichever it is.</summary>
internal abstract class ActorWorld : IAsyncDisposable
{
    /// <summary>The way to a counter for a caller outside of any actor.</summary>
    public abstract ICounter Counter(string key);

    /// <summary>Lets actors leave memory that have nothing to do.</summary>
    public abstract Task SweepAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>What a test asks of a host.</summary>
internal sealed record ActorWorldOptions
{
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public int MailboxTurnsMax { get; init; } = 1_000;
}
