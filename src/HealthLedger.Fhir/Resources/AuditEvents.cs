using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Resources;

/// <summary>An access to a patient's record, as the ledger has it.</summary>
public sealed record AccessAudit
{
    /// <summary>The id of the AuditEvent, or null.</summary>
    public string? Id { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset Recorded { get; init; }

    /// <summary>True when the access was permitted.</summary>
    public required bool Permitted { get; init; }

    /// <summary>Why not, for a refusal; shown to the patient.</summary>
    public string? Reason { get; init; }

    /// <summary>read, vread, search-type, create, update, or <c>everything</c> (an operation).</summary>
    public string Interaction { get; init; } = "read";

    /// <summary>The person or software that asked: a reference, a DID or a commitment.</summary>
    public required string Requester { get; init; }

    /// <summary>The name to show for it, or null.</summary>
    public string? RequesterName { get; init; }

    /// <summary>The organization on whose behalf: a reference or a DID.</summary>
    public required string Organization { get; init; }

    /// <summary>The name to show for it, or null.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>Purposes of use, codes of HL7 v3 ActReason (TREAT, ETREAT, …).</summary>
    public required IReadOnlyList<string> Purposes { get; init; }

    /// <summary>The patient: a reference or a DID.</summary>
    public required string Patient { get; init; }

    /// <summary>What was opened, as references; empty when denied.</summary>
    public IReadOnlyList<string> Opened { get; init; } = [];

    /// <summary>The query of a search, without values that identify; or null.</summary>
    public string? Query { get; init; }

    /// <summary>The grant (Consent) that decided: a reference; null when there is none.</summary>
    public string? Consent { get; init; }

    /// <summary>The ledger entry or receipt, as a URI; or null.</summary>
    public string? Receipt { get; init; }

    /// <summary>Who observed it: the node's name or DID.</summary>
    public required string Observer { get; init; }
}

/// <summary>
/// Builds AuditEvent in the shape of IHE BALP 1.1: a permitted access as "Patient Read" or "Patient Query", a refused one as
/// "Authorization Decision - Consent" with a minor or serious failure.
/// </summary>
public static class AuditEvents
{
    private const string Dicom = "http://dicom.nema.org/resources/ontology/DCM";
    private const string Participation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
    private const string EntityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
    private const string ObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";
    private const string Interactions = "http://hl7.org/fhir/restful-interaction";
    private const string Profiles = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/";

    /// <summary>The AuditEvent of an access.</summary>
    public static FhirResource Access(AccessAudit access)
    {
        bool isQuery = access.Interaction.StartsWith("search", StringComparison.Ordinal) || access.Interaction == "everything";
        string profile = !access.Permitted ? "IHE.BasicAudit.AuthZconsent"
            : isQuery ? "IHE.BasicAudit.PatientQuery" : "IHE.BasicAudit.PatientRead";
        return ObjectBuilder.Resource("AuditEvent", access.Id)
            .Add("meta", new ObjectBuilder().AddTexts("profile", Profiles + profile))
            .Add("type", access.Permitted
                ? Elements.Coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation")
                : Elements.Coding(Dicom, "110113", "Security Alert"))
            .AddAll("subtype", access.Permitted
                ? Elements.Coding(Interactions, access.Interaction == "everything" ? "operation" : access.Interaction)
                : Elements.Coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType", "AuthZ-Consent"))
            .Add("action", Action(access, isQuery))
            .Add("recorded", access.Recorded)
            .Add("outcome", access.Permitted ? "0" : "8")
            .Add("outcomeDesc", access.Permitted ? null : access.Reason)
            .AddAll("purposeOfEvent", access.Purposes.Select(p => Elements.Concept(Elements.ActReason, p)))
            .AddAll("agent", Agents(access))
            .Add("source", new ObjectBuilder()
                .Add("observer", Elements.Who(access.Observer))
                .AddAll("type", Elements.Coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")))
            .AddAll("entity", Entities(access, isQuery))
            .ToResource();
    }

    private static string Action(AccessAudit access, bool isQuery) => access switch
    {
        { Permitted: false } => "E",
        _ when isQuery => "E",
        { Interaction: "create" } => "C",
        { Interaction: "update" } => "U",
        _ => "R",
    };

    private static IEnumerable<FhirObject> Agents(AccessAudit access)
    {
        FhirObject source = Elements.Concept(Dicom, "110153", "Source Role ID");
        FhirObject destination = Elements.Concept(Dicom, "110152", "Destination Role ID");
        FhirObject recipient = Elements.Concept(Participation, "IRCP", "information recipient");
        yield return Agent(source, access.Observer, null, false, null);
        yield return Agent(destination, access.Organization, access.OrganizationName, false, null);
        yield return Agent(recipient, access.Requester, access.RequesterName, true, access.Purposes);
    }

    private static FhirObject Agent(FhirObject type, string who, string? name, bool requestor, IReadOnlyList<string>? purposes) =>
        new ObjectBuilder()
            .Add("type", type)
            .Add("who", Elements.Who(who, name))
            .Add("requestor", requestor)
            .AddAll("purposeOfUse", (purposes ?? []).Select(p => Elements.Concept(Elements.ActReason, p)))
            .Build();

    private static IEnumerable<FhirObject> Entities(AccessAudit access, bool isQuery)
    {
        yield return Entity(Elements.Who(access.Patient), "1", "Person", "1", "Patient");
        if (access.Consent is not null)
        {
            yield return new ObjectBuilder()
                .Add("what", Elements.Who(access.Consent))
                .Add("type", Elements.Coding("http://hl7.org/fhir/resource-types", "Consent"))
                .Build();
        }
        if (isQuery && access.Permitted)
        {
            string query = access.Query is { Length: > 0 } asked ? asked : access.Interaction;
            yield return new ObjectBuilder()
                .Add("type", Elements.Coding(EntityType, "2", "System Object"))
                .Add("role", Elements.Coding(ObjectRole, "24", "Query"))
                .Add("query", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(query)))
                .Build();
        }
        foreach (string opened in access.Opened)
            yield return Entity(Elements.Who(opened), "2", "System Object", "4", "Domain Resource");
        if (access.Receipt is not null)
        {
            yield return new ObjectBuilder()
                .Add("what", Elements.Logical("urn:ietf:rfc:3986", access.Receipt))
                .Add("type", Elements.Coding(EntityType, "4", "Other"))
                .Add("description", "The entry of this access on the ledger")
                .Build();
        }
    }

    private static FhirObject Entity(FhirObject what, string type, string typeName, string role, string roleName) => new ObjectBuilder()
        .Add("what", what)
        .Add("type", Elements.Coding(EntityType, type, typeName))
        .Add("role", Elements.Coding(ObjectRole, role, roleName))
        .Build();
}
