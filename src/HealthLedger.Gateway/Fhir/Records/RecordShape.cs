using HealthLedger.Client.Records;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;
using HealthLedger.Fhir.Search;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Protocol;

namespace HealthLedger.Gateway.Fhir.Records;

/// <summary>What a FHIR resource becomes in the ledger: a segment's label, a manifest to search by, the resource's own bytes.</summary>
internal static class RecordShape
{
    /// <summary>The segment of an organization's own subject.</summary>
    public const string SharedLabel = Segments.General;

    /// <summary>The segment of Patient resources.</summary>
    public const string PatientLabel = Segments.General;

    /// <summary>The record of a resource whose id and references are final.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="source">What it is called where it comes from.</param>
    /// <param name="patient">The FHIR id of the patient to whose record it belongs; null for a shared one.</param>
    /// <param name="version">Its version's name; null for the content itself.</param>
    /// <param name="resourceId">The resource's id, where the source does not give it.</param>
    public static PlainRecord Of(FhirResource resource, SourceName source, string? patient, string? version = null, Id16? resourceId = null)
    {
        FhirResource kept = WithoutServerMeta(resource);
        return new PlainRecord
        {
            Label = patient is null ? SharedLabel : SegmentLabeler.Label(resource).Segment,
            System = source.System,
            SourceId = source.Id,
            Version = version,
            Resource = resourceId,
            Manifest = IndexBytes.ToBytes(SearchIndex.Of(kept) with { Patient = patient ?? "" }),
            Content = kept.ToUtf8Bytes(),
        };
    }

    // Version and time of a version are the ledger's; what a source wrote there would be read as if it were.
    private static FhirResource WithoutServerMeta(FhirResource resource)
    {
        if (resource.Root.Object("meta") is not { } meta || (meta["versionId"] is null && meta["lastUpdated"] is null)) return resource;
        FhirObject rest = meta.Without("versionId").Without("lastUpdated");
        return resource.WithMeta(rest.Count == 0 ? null : rest);
    }
}
