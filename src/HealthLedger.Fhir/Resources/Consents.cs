using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;

namespace HealthLedger.Fhir.Resources;

/// <summary>A grant, as FHIR shows it.</summary>
public sealed record GrantConsent
{
    /// <summary>The id of the Consent, or null.</summary>
    public string? Id { get; init; }

    /// <summary>The patient: a reference or a DID.</summary>
    public required string Patient { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset Given { get; init; }

    /// <summary>False when it was revoked or has ended.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>True permits, false denies.</summary>
    public bool Permits { get; init; } = true;

    /// <summary>Who may read: references, DIDs or commitments.</summary>
    public required IReadOnlyList<string> Grantees { get; init; }

    /// <summary>From when, or null.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Until when (exclusive), or null.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Purposes of use, codes of HL7 v3 ActReason.</summary>
    public IReadOnlyList<string> Purposes { get; init; } = [];

    /// <summary>The segments it opens; see <see cref="Segments"/>.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>The organization that keeps it: a reference or a DID; or null.</summary>
    public string? Custodian { get; init; }

    /// <summary>The ledger entry of the grant, as a URI; or null.</summary>
    public string? Receipt { get; init; }
}

/// <summary>Builds Consent in the shape of IHE PCF (Privacy Consent on FHIR), "explicit intermediate".</summary>
public static class Consents
{
    /// <summary>The system of segment names in <c>provision.class</c>.</summary>
    public const string SegmentSystem = "urn:healthledger:segment";

    private const string Profile = "https://profiles.ihe.net/ITI/PCF/StructureDefinition/IHE.PCF.consentIntermediate";

    /// <summary>The Consent of a grant.</summary>
    public static FhirResource Create(GrantConsent grant) => ObjectBuilder.Resource("Consent", grant.Id)
        .Add("meta", new ObjectBuilder().AddTexts("profile", Profile))
        .Add("status", grant.IsActive ? "active" : "inactive")
        .Add("scope", Elements.Concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"))
        .AddAll("category", Elements.Concept("http://loinc.org", "59284-0", "Consent"))
        .Add("patient", Elements.Who(grant.Patient))
        .Add("dateTime", grant.Given)
        .AddAll("performer", Elements.Who(grant.Patient))
        .AddAll("organization", grant.Custodian is null ? null : Elements.Who(grant.Custodian))
        .Add("sourceReference", grant.Receipt is null ? null : Elements.Logical("urn:ietf:rfc:3986", grant.Receipt))
        .AddAll("policy", new ObjectBuilder().Add("uri", "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal").Build())
        .Add("provision", new ObjectBuilder()
            .Add("type", grant.Permits ? "permit" : "deny")
            .Add("period", Elements.Period(grant.From, grant.Until))
            .AddAll("actor", grant.Grantees.Select(g => new ObjectBuilder()
                .Add("role", Elements.Concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"))
                .Add("reference", Elements.Who(g))
                .Build()))
            .AddAll("purpose", grant.Purposes.Select(p => Elements.Coding(Elements.ActReason, p)))
            .AddAll("class", grant.Segments.Select(s => Elements.Coding(SegmentSystem, s))))
        .ToResource();
}
