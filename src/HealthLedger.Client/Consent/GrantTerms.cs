using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Client.Consent;

/// <summary>What a patient, or the steward, grants to an organization.</summary>
public sealed record GrantTerms
{
    /// <summary>The organization that may.</summary>
    public required LedgerDid Grantee { get; init; }

    /// <summary>The labels of the segments; at most 64.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>What for. A steward grants for treatment only.</summary>
    public required IReadOnlyList<Purpose> Purposes { get; init; }

    /// <summary>The first millisecond since 1970.</summary>
    public required long From { get; init; }

    /// <summary>The first millisecond after.</summary>
    public required long Until { get; init; }

    /// <summary>To read, to deposit, or both.</summary>
    public Rights Rights { get; init; } = Rights.Read;

    /// <summary>How many permits it gives; null for any number.</summary>
    public uint? Uses { get; init; }

    /// <summary>The commitment of the one person who may use it (<see cref="Protocol.Objects.Note.Commit"/>); null for all of the grantee.</summary>
    public Hash32? Person { get; init; }

    /// <summary>Only these records, at most 256: the grantee gets their keys, not the segments'.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }

    /// <summary>Only the records committed from the first time until, exclusive, the second, as they stand now.</summary>
    public (long From, long Until)? Ledger { get; init; }

    /// <summary>The consent's words, sealed to both sides; null for none.</summary>
    public string? Words { get; init; }

    /// <summary>True when the grant opens single records only.</summary>
    public bool IsNarrow => Records is not null || Ledger is not null;
}

/// <summary>A grant and how it stands.</summary>
/// <param name="Grant">Its id.</param>
/// <param name="Body">Its terms, as they were signed.</param>
/// <param name="Leaf">The leaf index of its entry.</param>
/// <param name="Used">How many permits it gave.</param>
/// <param name="EndedAt">When it was revoked or closed, in milliseconds since 1970; null while it was not.</param>
public sealed record GrantState(Id16 Grant, GrantBody Body, long Leaf, long Used, long? EndedAt)
{
    /// <summary>True when it can still give a permit at a time.</summary>
    public bool IsLive(long now) => EndedAt is null && now < Body.Until && (Body.Uses is not { } uses || Used < uses);
}
