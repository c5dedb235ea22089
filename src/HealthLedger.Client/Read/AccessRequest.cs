using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Client.Read;

/// <summary>Who wants to read what of a patient, and why. Name segments, or records, or neither: then everything one may read.</summary>
public sealed record AccessRequest
{
    /// <summary>The patient.</summary>
    public required LedgerDid Patient { get; init; }

    /// <summary>The purpose of use.</summary>
    public required Purpose Purpose { get; init; }

    /// <summary>The person's role.</summary>
    public required Role Role { get; init; }

    /// <summary>Who the person is, as the organization knows them; sealed in the note, in the ledger only as a commitment.</summary>
    public required string Person { get; init; }

    /// <summary>Only these segments; at most 64.</summary>
    public IReadOnlyList<Id16>? Segments { get; init; }

    /// <summary>Only these records, at most 256; needed with a narrower grant.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }

    /// <summary>The grant to use; null leaves the choice to the rules.</summary>
    public Id16? Grant { get; init; }

    /// <summary>The salt of the commitment, where a grant names the one person who may use it; null draws one.</summary>
    public Id16? PersonSalt { get; init; }
}
