using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Client.Read;

/// <summary>One record in the clear, checked against its event and the permit's list.</summary>
public sealed record OpenedRecord
{
    /// <summary>The record id: the event hash.</summary>
    public required Hash32 RecordId { get; init; }

    /// <summary>The logical resource that it is a version of.</summary>
    public required Id16 Resource { get; init; }

    /// <summary>Its segment.</summary>
    public required Id16 Segment { get; init; }

    /// <summary>What the segment is for; null where a narrower grant does not tell.</summary>
    public string? Label { get; init; }

    /// <summary>Who signed it, as the node says; the receipt of <see cref="Leaf"/> proves it.</summary>
    public required LedgerDid Author { get; init; }

    /// <summary>The leaf index of its entry.</summary>
    public required long Leaf { get; init; }

    /// <summary>The time of its block, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>What search needs.</summary>
    public required ReadOnlyMemory<byte> Manifest { get; init; }

    /// <summary>The record itself; null where it was not asked for.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>True when its author said that it was entered in error.</summary>
    public bool Retracted { get; init; }

    /// <summary>The record that this version follows; null for a first version.</summary>
    public Hash32? Amends { get; init; }

    /// <summary>The record's keys: manifest key, then content key; for an export or a narrower grant. 64 bytes.</summary>
    internal ReadOnlyMemory<byte> Keys { get; init; }

    /// <summary>The event, for an export.</summary>
    internal ReadOnlyMemory<byte> Event { get; init; }
}

/// <summary>What an access opened, complete: the list was checked against the permit's count and root.</summary>
/// <param name="Permit">The permit.</param>
/// <param name="Records">The records in ledger order of their segments, or as asked.</param>
/// <param name="Locked">Records of the list that no key at hand opens; only with <see cref="OpenOptions.AllowLocked"/>.</param>
public sealed record OpenedRecords(Permit Permit, IReadOnlyList<OpenedRecord> Records, IReadOnlyList<Hash32> Locked);

/// <summary>How records are opened.</summary>
public sealed record OpenOptions
{
    /// <summary>Whether contents are fetched and decrypted beside manifests.</summary>
    public bool WantContent { get; init; } = true;

    /// <summary>Only these of the permit's records, at most 256; null for all. The list is checked whole all the same.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }

    /// <summary>Whether records that no key at hand opens are listed as locked, instead of failing the whole with <c>HL-8003</c>.</summary>
    public bool AllowLocked { get; init; }

    /// <summary>Whether the permit's outcome is proved by its receipt, instead of believing the node: one query and q verifications more.</summary>
    public bool ProvePermit { get; init; }
}
