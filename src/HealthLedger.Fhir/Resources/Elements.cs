using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Resources;

/// <summary>The data types that builders use most.</summary>
public static class Elements
{
    /// <summary>HL7 v3 purposes of use (TREAT, ETREAT, PATRQT, …).</summary>
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    /// <summary>A Coding.</summary>
    public static FhirObject Coding(string system, string code, string? display = null) =>
        new ObjectBuilder().Add("system", system).Add("code", code).Add("display", display).Build();

    /// <summary>A CodeableConcept of one coding.</summary>
    public static FhirObject Concept(string system, string code, string? display = null, string? text = null) =>
        new ObjectBuilder().AddAll("coding", Coding(system, code, display)).Add("text", text).Build();

    /// <summary>A literal Reference, such as <c>Patient/1</c>.</summary>
    public static FhirObject Reference(string reference, string? display = null) =>
        new ObjectBuilder().Add("reference", reference).Add("display", display).Build();

    /// <summary>A logical Reference by identifier, for what has no FHIR address (a DID, a device).</summary>
    public static FhirObject Logical(string? system, string value, string? display = null) =>
        new ObjectBuilder().Add("identifier", Identifier(system, value)).Add("display", display).Build();

    /// <summary>An Identifier.</summary>
    public static FhirObject Identifier(string? system, string value) =>
        new ObjectBuilder().Add("system", system).Add("value", value).Build();

    /// <summary>A Reference from what a caller has: <c>Type/id</c> or a URL literally, anything else as an identifier.</summary>
    public static FhirObject Who(string who, string? display = null) =>
        Transactions.FhirReference.Read(who).Type is not null || who[0] == '#' ? Reference(who, display)
            : Logical(who.StartsWith("did:", StringComparison.Ordinal) ? "urn:ietf:rfc:3986" : null, who, display);

    /// <summary>A Period; open where null.</summary>
    public static FhirObject Period(DateTimeOffset? start, DateTimeOffset? end) =>
        new ObjectBuilder().Add("start", start).Add("end", end).Build();

    /// <summary>The resource an object built here is.</summary>
    internal static FhirResource ToResource(this ObjectBuilder builder) =>
        FhirResource.From(builder.Build()) ?? throw new InvalidOperationException("The builder was not started with a resource type.");
}
