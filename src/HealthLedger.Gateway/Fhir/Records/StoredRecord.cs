using HealthLedger.Client.Read;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Search;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Records;

/// <summary>A record that was opened, as FHIR sees it.</summary>
/// <param name="Opened">The record.</param>
/// <param name="Index">Its manifest.</param>
/// <param name="Version">Which version of the resource it is, from 1.</param>
internal sealed record StoredRecord(OpenedRecord Opened, IndexRecord Index, int Version)
{
    /// <summary>When the version was made: the time of its block.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(Opened.Time);

    /// <summary><c>Type/id/_history/version</c>.</summary>
    public string Location => $"{Index.Reference}/_history/{Version}";

    /// <summary>Reads a record's manifest.</summary>
    public static Result<StoredRecord> Of(OpenedRecord opened, int version)
    {
        if (!IndexBytes.TryRead(opened.Manifest.Span, out IndexRecord? index))
            return new Fault(FaultCode.FhirMalformed, "A record's manifest is not one of this software's.");
        return new StoredRecord(opened, index with { LastUpdated = opened.Time }, version);
    }

    /// <summary>The resource with the ledger's version and time in its meta.</summary>
    public Result<FhirResource> Resource()
    {
        if (Opened.Content is not { } content || FhirJson.Parse(content).Resource is not { } resource)
            return new Fault(FaultCode.FhirMalformed, "A record's content is not a FHIR resource.");
        return resource.WithVersion(Version.ToString(System.Globalization.CultureInfo.InvariantCulture), Time);
    }
}
