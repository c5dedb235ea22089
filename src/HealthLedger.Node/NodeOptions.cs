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

    /// <summary>Where the doors listen.</summary>
    public required Uri Url { get; init; }
}
