using System.Security.Cryptography;
using HealthLedger.Client.Keys;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Gateway.Fhir.Ids;

/// <summary>
/// What a resource is called where it comes from. Blinded under the organization's index key it gives the resource's id, so that the same resource
/// sent again, or referred to by another submission, is found without a table.
/// </summary>
/// <param name="System">Whose name it is: an identifier's system, the base of a fullUrl, or one of ours.</param>
/// <param name="Id">The name there, with the resource type before it.</param>
internal readonly record struct SourceName(string System, string Id)
{
    private const string PatientSystem = "urn:healthledger:patient", ContentSystem = "urn:healthledger:content";

    /// <summary>
    /// The name of a resource that is to be created: by the identifier that the condition names; by its own first identifier where the type names
    /// things that exist once (a practitioner, a place, a patient); by its fullUrl; else by its content. Business identifiers of clinical resources
    /// are not names: one laboratory order's number stands on each of its results.
    /// </summary>
    public static SourceName Of(FhirResource resource, string? fullUrl, string? condition)
    {
        if (condition is not null && ByCondition(resource.Type, condition) is { } named) return named;
        if (IsByIdentifier(resource.Type) && ByIdentifier(resource) is { } own) return own;
        if (fullUrl is { Length: > 0 and <= 1024 })
        {
            FhirReference url = FhirReference.Read(fullUrl);
            if (url is { Form: ReferenceForm.Absolute, Type: { } type, Id: { } id }) return new SourceName(fullUrl[..^(type.Length + id.Length + 2)], $"{type}/{id}");
            if (url.Form == ReferenceForm.Urn) return new SourceName("urn:ietf:rfc:3986", $"{resource.Type}/{fullUrl}");
        }
        return new SourceName(ContentSystem, $"{resource.Type}/{Convert.ToHexStringLower(SHA256.HashData(resource.WithId(null).ToUtf8Bytes()))}");
    }

    /// <summary>True for types whose resources are named by their own identifier: what exists once.</summary>
    public static bool IsByIdentifier(string type) => type == "Patient" || !PatientCompartment.IsPatientType(type);

    /// <summary>The name that <c>identifier=system|value</c> gives; null for any other condition.</summary>
    public static SourceName? ByCondition(string type, string condition)
    {
        string query = condition.TrimStart('?');
        if (!query.StartsWith("identifier=", StringComparison.Ordinal) || query.Contains('&')) return null;
        string token = Uri.UnescapeDataString(query["identifier=".Length..].Replace('+', ' '));
        int bar = token.IndexOf('|');
        return bar == token.Length - 1 || token.Contains(',') ? null : new SourceName(bar < 0 ? "" : token[..bar], $"{type}/{token[(bar + 1)..]}");
    }

    /// <summary>A patient's name as the inception takes it: without the type, as imports that do not speak FHIR name it too.</summary>
    public (string System, string Id) ForPatient => (System, Id.StartsWith("Patient/", StringComparison.Ordinal) ? Id["Patient/".Length..] : Id);

    /// <summary>The name of a patient's own Patient resource, one for each organization that writes one.</summary>
    public static SourceName OfPatient(LedgerDid patient) => new(PatientSystem, patient.ToString());

    /// <summary>The blinded id.</summary>
    public Id16 ResourceId(OrganizationWallet wallet) => wallet.Ids.ResourceId(System, Id);

    private static SourceName? ByIdentifier(FhirResource resource)
    {
        foreach (FhirNode item in resource.Root.Each("identifier"))
            if (item is FhirObject identifier && identifier.Text("system") is { Length: > 0 } system && identifier.Text("value") is { Length: > 0 } value)
                return new SourceName(system, $"{resource.Type}/{value}");
        return null;
    }
}
