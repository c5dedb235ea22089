using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Protocol;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>
/// Ids of what a whole import brings in, collected before anything is planned: so a conditional reference resolves in the same way whichever file comes
/// first, and the same import again changes nothing. 16 bytes a shared resource. Not safe for several threads while it collects.
/// </summary>
public sealed class ResourceNames
{
    private readonly HashSet<Id16> _resources = [];
    private readonly HashSet<string> _patients = new(StringComparer.Ordinal);

    /// <summary>Ids of the shared resources that have an identifier.</summary>
    public IReadOnlySet<Id16> Resources => _resources;

    /// <summary>FHIR ids of the patients.</summary>
    public IReadOnlySet<string> Patients => _patients;

    /// <summary>Takes the names of a Bundle's entries.</summary>
    public void Add(FhirResource bundle, OrganizationWallet wallet, PatientRegistry registry)
    {
        foreach (FhirNode node in bundle.Root.Each("entry"))
        {
            if (node is not FhirObject entry || FhirResource.From(entry["resource"]) is not { } resource) continue;
            SourceName name = SourceName.Of(resource, entry.Text("fullUrl"), entry.Object("request")?.Text("ifNoneExist"));
            if (resource.Type == "Patient") _patients.Add(FhirIds.Of(registry.StewardedDid(wallet, name.ForPatient.System, name.ForPatient.Id)));
            else if (SourceName.IsByIdentifier(resource.Type)) _resources.Add(name.ResourceId(wallet));
        }
    }
}
