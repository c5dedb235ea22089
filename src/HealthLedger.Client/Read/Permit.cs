using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Client.Read;

/// <summary>A committed access that was permitted. Holders release for it for 30 s of block time.</summary>
public sealed record Permit
{
    /// <summary>The patient.</summary>
    public required LedgerDid Patient { get; init; }

    /// <summary>The patient's shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The statement that holds the access.</summary>
    public required Hash32 StatementId { get; init; }

    /// <summary>Which event of the statement it is.</summary>
    public required int Index { get; init; }

    /// <summary>The leaf index of its entry.</summary>
    public required long Leaf { get; init; }

    /// <summary>The time of its block, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>On whose authority; the list's count and root; the grant.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>The records that the access named; null for whole segments.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }
}
