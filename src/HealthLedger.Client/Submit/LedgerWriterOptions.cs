namespace HealthLedger.Client.Submit;

/// <summary>The bounds of <see cref="LedgerWriter"/>.</summary>
public sealed record LedgerWriterOptions
{
    /// <summary>How many statements of one shard are under way at once; more make the producer wait.</summary>
    public int InFlightPerShard { get; init; } = 8;

    /// <summary>How many bytes of envelopes are under way at once over all shards.</summary>
    public long InFlightBytes { get; init; } = 64L << 20;

    /// <summary>How long a statement may be taken after it was signed; at most 24 hours.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a statement is signed anew: after it expired, or when the patient's counter had moved.</summary>
    public int SigningsMax { get; init; } = 4;
}
