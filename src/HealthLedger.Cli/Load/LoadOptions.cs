namespace HealthLedger.Cli.Load;

/// <summary>What load is made.</summary>
internal sealed record LoadOptions
{
    /// <summary>Most writers, patients, records in a statement.</summary>
    public const int WritersMax = 1_024, PatientsMax = 4_096, BatchMax = 64;

    /// <summary>Most statements a second, and bytes of a content.</summary>
    public const int RateMax = 100_000, BytesMax = 64 * 1024;

    /// <summary>The file of acknowledged entries; what is in it stays.</summary>
    public required string File { get; init; }

    /// <summary>How long; null until it is ended.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Statements a second over all writers; less where the ledger is slower: a writer has one under way.</summary>
    public double Rate { get; init; } = 40;

    /// <summary>Writers; each has a node that it prefers and a shard. 0: one for each pair of node and shard.</summary>
    public int Writers { get; init; }

    /// <summary>Patients, spread over the shards.</summary>
    public int Patients { get; init; } = 16;

    /// <summary>Records in a statement.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Bytes of a record's content.</summary>
    public int Bytes { get; init; } = 400;

    /// <summary>How long a node may take for a call before the next is asked.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
