using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Search;
using HealthLedger.Fhir.Structure;

namespace HealthLedger.Fhir.Resources;

/// <summary>What a server says of itself.</summary>
public sealed record ServerDescription
{
    /// <summary>The base address of its FHIR door.</summary>
    public required string Url { get; init; }

    /// <summary>The name of the software.</summary>
    public required string SoftwareName { get; init; }

    /// <summary>Its version.</summary>
    public required string SoftwareVersion { get; init; }

    /// <summary>When the statement last changed.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>One sentence on the server.</summary>
    public string Description { get; init; } = "A FHIR R4 door to a HealthLedger network";

    /// <summary>The types it takes; all of R4 when null.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>The interactions with each type.</summary>
    public IReadOnlyList<string> Interactions { get; init; } = ["create", "read", "vread", "search-type"];

    /// <summary>The SMART token endpoint, or null when there is none.</summary>
    public string? TokenUrl { get; init; }

    /// <summary>Operations on a patient: name and canonical definition.</summary>
    public IReadOnlyList<(string Name, string Definition)> PatientOperations { get; init; } =
        [("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything")];
}

/// <summary>Builds CapabilityStatement, the answer to <c>metadata</c>.</summary>
public static class CapabilityStatements
{
    private const string SmartUris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

    /// <summary>The statement of a server.</summary>
    public static FhirResource Create(ServerDescription server) => ObjectBuilder.Resource("CapabilityStatement")
        .Add("status", "active")
        .Add("date", server.Date)
        .Add("kind", "instance")
        .Add("software", new ObjectBuilder().Add("name", server.SoftwareName).Add("version", server.SoftwareVersion))
        .Add("implementation", new ObjectBuilder().Add("description", server.Description).Add("url", server.Url))
        .Add("fhirVersion", FhirVersion.Current)
        .AddTexts("format", "application/fhir+json", "json")
        .AddAll("rest", new ObjectBuilder()
            .Add("mode", "server")
            .Add("security", Security(server))
            .AddAll("resource", (server.Types ?? StructureCheck.ResourceTypes).Order(StringComparer.Ordinal).Select(t => Type(server, t)))
            .AddAll("interaction", Codes("transaction", "batch"))
            .Build())
        .ToResource();

    private static FhirObject Security(ServerDescription server)
    {
        ObjectBuilder security = new();
        if (server.TokenUrl is not null)
        {
            security.AddAll("extension", new ObjectBuilder()
                .AddAll("extension", new ObjectBuilder().Add("url", "token").Add("valueUri", server.TokenUrl).Build())
                .Add("url", SmartUris)
                .Build());
        }
        return security
            .AddAll("service", Elements.Concept("http://terminology.hl7.org/CodeSystem/restful-security-service", "SMART-on-FHIR"))
            .Add("description", "Every read is an access that the patient's grants permit or deny, and that is on the ledger.")
            .Build();
    }

    private static FhirObject Type(ServerDescription server, string type) => new ObjectBuilder()
        .Add("type", type)
        .AddAll("interaction", Codes([.. server.Interactions]))
        .Add("versioning", "versioned")
        .AddAll("searchParam", Parameters(type))
        .AddAll("operation", type == "Patient"
            ? server.PatientOperations.Select(o => new ObjectBuilder().Add("name", o.Name).Add("definition", o.Definition).Build())
            : [])
        .Build();

    private static IEnumerable<FhirObject> Parameters(string type) =>
        new (string Code, SearchKind Kind)[] { ("_id", SearchKind.Token), ("_lastUpdated", SearchKind.Date) }
            .Concat(SearchParameters.Of(type))
            .Select(p => new ObjectBuilder().Add("name", p.Code).Add("type", p.Kind.ToString().ToLowerInvariant()).Build());

    private static IEnumerable<FhirObject> Codes(params string[] codes) =>
        codes.Select(c => new ObjectBuilder().Add("code", c).Build());
}
