namespace HealthLedger.Node;

/// <summary>How a node is started.</summary>
internal sealed record NodeOptions
{
    /// <summary>Where keys, ledger and vault live.</summary>
    public required string Data { get; init; }

    /// <summary>Members of the standalone network.</summary>
    public int Members { get; init; } = 4;

    /// <summary>Shards beside the directory.</summary>
    public int Shards { get; init; } = 4;

    /// <summary>Requests and statements that take longer say in the log where the time went.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the doors listen.</summary>
    public required Uri Url { get; init; }
}
