namespace HealthLedger.Faults.Series;

/// <summary>How the series runs.</summary>
internal sealed record SeriesOptions
{
    /// <summary>Only faults whose names begin so; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Only the faults of the short series.</summary>
    public bool Short { get; init; }

    /// <summary>How often everything is done.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Draws members, shards and what proxies do.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Statements a second.</summary>
    public double Rate { get; init; } = 40;

    /// <summary>Where members' folders, logs, the acknowledgements and the table go.</summary>
    public required string Folder { get; init; }
}
