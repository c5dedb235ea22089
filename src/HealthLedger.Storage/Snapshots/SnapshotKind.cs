namespace HealthLedger.Storage.Snapshots;

/// <summary>What a snapshot is of. The numbers are in databases and are never reused.</summary>
public enum SnapshotKind : short
{
    /// <summary>A running grant, due at its end.</summary>
    GrantEnd = 1,

    /// <summary>Up to which block a shard's running grants are all there.</summary>
    GrantEndsMark = 2,
}
