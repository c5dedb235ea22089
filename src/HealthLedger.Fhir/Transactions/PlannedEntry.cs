using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Transactions;

/// <summary>What an entry of a Bundle asks for.</summary>
public enum EntryAction
{
    /// <summary>The entry is not usable; its issues say why.</summary>
    None,

    /// <summary>Remove a resource.</summary>
    Delete,

    /// <summary>Store a new resource under the planned id.</summary>
    Create,

    /// <summary>Store a resource under the id it names; create it when it is not there.</summary>
    Update,

    /// <summary>Nothing to store: a conditional create or update found what is there already.</summary>
    Existing,

    /// <summary>Read or search; <see cref="PlannedEntry.Url"/> says what.</summary>
    Read,
}

/// <summary>One entry of a Bundle, ready to be carried out.</summary>
public sealed record PlannedEntry
{
    /// <summary>Its place in the Bundle.</summary>
    public required int Index { get; init; }

    /// <summary>What it asks for.</summary>
    public EntryAction Action { get; init; }

    /// <summary>The type of the resource, or empty when the entry is not usable.</summary>
    public string Type { get; init; } = "";

    /// <summary>The id under which the resource is, or will be, stored; null for reads.</summary>
    public string? Id { get; init; }

    /// <summary>The resource with its id and its references rewritten; null for reads and deletes.</summary>
    public FhirResource? Resource { get; init; }

    /// <summary>The entry's <c>fullUrl</c>, or null.</summary>
    public string? FullUrl { get; init; }

    /// <summary>The entry's <c>request.url</c>, or null.</summary>
    public string? Url { get; init; }

    /// <summary>The entry's <c>request.ifMatch</c>, or null.</summary>
    public string? IfMatch { get; init; }

    /// <summary>The patients in whose compartment it is, the owner first; empty when it is shared.</summary>
    public IReadOnlyList<string> Patients { get; init; } = [];

    /// <summary>True when it belongs to nobody's record (Practitioner, Location, …).</summary>
    public bool IsShared => Patients.Count == 0;

    /// <summary>What is wrong with it, or to be noticed.</summary>
    public IReadOnlyList<FhirIssue> Issues { get; init; } = [];

    /// <summary>True when it must not be carried out.</summary>
    public bool IsRefused => Action is EntryAction.None || Issues.Any(i => i.Refuses);
}
