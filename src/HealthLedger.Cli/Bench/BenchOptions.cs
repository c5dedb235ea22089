namespace HealthLedger.Cli.Bench;

/// <summary>What is measured, and for how long.</summary>
internal sealed record BenchOptions
{
    /// <summary>The goals, for instance P1.</summary>
    public required IReadOnlySet<string> Goals { get; init; }

    /// <summary>About how long each run of load lasts.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Replicas of P2 to P4, P9 and P10.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>Events under one signature in P3 and P4.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>Bytes of each record's own content; null: records of a patient share their objects.</summary>
    public int? OwnObjectBytes { get; init; }

    /// <summary>Where stores are made: the disk that is measured. A folder of its own below it is deleted at the end.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether PostgreSQL is measured, where it is installed.</summary>
    public bool Postgres { get; init; } = true;
}
