using System.Globalization;
using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Gateway.Fhir.Answers;
using Microsoft.AspNetCore.WebUtilities;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>Builds the Bundle that answers a transaction or batch.</summary>
internal static class BundleAnswer
{
    /// <summary>An entry for each of the request, in its order; each that rests on the ledger links its receipt.</summary>
    public static FhirResource Build(string type, IReadOnlyList<EntryResult> results, bool representation) =>
        FhirResource.From(ObjectBuilder.Resource("Bundle").Add("type", type).AddAll("entry", results.Select(result => Entry(result, representation))).Build())!;

    private static FhirObject Entry(EntryResult result, bool representation) => new ObjectBuilder()
        .Add("resource", representation || result.IsRead ? Body(result)?.Root : null)
        .Add("response", new ObjectBuilder()
            .AddAll("extension", result.Receipt?.Extension())
            .Add("status", string.Create(CultureInfo.InvariantCulture, $"{result.Status} {ReasonPhrases.GetReasonPhrase(result.Status)}"))
            .Add("location", result.Location)
            .Add("etag", result.Version is { } version ? string.Create(CultureInfo.InvariantCulture, $"W/\"{version}\"") : null)
            .Add("lastModified", result.Modified)
            .Add("outcome", Outcome(result)?.Root))
        .Build();

    /// <summary>What was stored, with the ledger's version and time.</summary>
    public static FhirResource? Body(EntryResult result) =>
        !result.IsRead && result is { Resource: { } resource, Version: { } version, Modified: { } modified } ? resource.WithVersion(version.ToString(CultureInfo.InvariantCulture), modified) : result.Resource;

    private static FhirResource? Outcome(EntryResult result)
    {
        if (result.IsRefused) return FhirAnswer.Of(result.Fault, result.Issues).Resource;
        FhirIssue[] noticed = [.. result.Issues];
        return noticed.Length > 0 ? OperationOutcomes.Of(noticed) : null;
    }
}
