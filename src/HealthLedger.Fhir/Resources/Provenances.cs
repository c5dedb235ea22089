using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Resources;

/// <summary>Where resources came from.</summary>
public sealed record ProvenanceInput
{
    /// <summary>The id of the Provenance, or null.</summary>
    public string? Id { get; init; }

    /// <summary>What it is about, as references.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>When it was recorded.</summary>
    public required DateTimeOffset Recorded { get; init; }

    /// <summary>When it happened, when that differs.</summary>
    public DateTimeOffset? Occurred { get; init; }

    /// <summary>CREATE, UPDATE, DELETE, … of HL7 v3 DataOperation.</summary>
    public string Activity { get; init; } = "CREATE";

    /// <summary>Who wrote it: a reference or a DID.</summary>
    public required string Author { get; init; }

    /// <summary>For which organization: a reference or a DID; or null.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>The ledger entry or receipt, as a URI; or null.</summary>
    public string? Receipt { get; init; }
}

/// <summary>Builds Provenance.</summary>
public static class Provenances
{
    /// <summary>The Provenance of some resources.</summary>
    public static FhirResource Create(ProvenanceInput input) => ObjectBuilder.Resource("Provenance", input.Id)
        .AddAll("target", input.Targets.Select(t => Elements.Reference(t)))
        .Add("occurredDateTime", input.Occurred)
        .Add("recorded", input.Recorded)
        .Add("activity", Elements.Concept("http://terminology.hl7.org/CodeSystem/v3-DataOperation", input.Activity))
        .AddAll("agent", new ObjectBuilder()
            .Add("type", Elements.Concept("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author"))
            .Add("who", Elements.Who(input.Author))
            .Add("onBehalfOf", input.OnBehalfOf is null ? null : Elements.Who(input.OnBehalfOf))
            .Build())
        .AddAll("entity", input.Receipt is null ? null : new ObjectBuilder()
            .Add("role", "source")
            .Add("what", Elements.Logical("urn:ietf:rfc:3986", input.Receipt))
            .Build())
        .ToResource();
}
