using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Resources;

/// <summary>A link of a Bundle: self, next, previous, first, last, or one of ours.</summary>
/// <param name="Relation">Its relation.</param>
/// <param name="Url">Its address.</param>
public readonly record struct BundleLink(string Relation, string Url);

/// <summary>A resource of a search set.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="FullUrl">Its address.</param>
/// <param name="Mode">match, include or outcome.</param>
public readonly record struct SearchEntry(FhirResource Resource, string? FullUrl, string Mode = "match");

/// <summary>What became of one entry of a transaction or batch.</summary>
/// <param name="Status">The HTTP status, with or without its words (<c>201 Created</c>).</param>
/// <param name="Location">Where the resource is now; null when nowhere.</param>
/// <param name="Etag">Its version as an ETag (<c>W/"1"</c>), or null.</param>
/// <param name="LastModified">When that version was made, or null.</param>
/// <param name="Outcome">An OperationOutcome, or null.</param>
/// <param name="Resource">What a read in a batch found, or null.</param>
public sealed record ResponseEntry(
    string Status, string? Location = null, string? Etag = null, DateTimeOffset? LastModified = null,
    FhirResource? Outcome = null, FhirResource? Resource = null);

/// <summary>Builds the Bundles that a FHIR server answers with.</summary>
public static class Bundles
{
    /// <summary>A page of a search. Total is that of all pages; null when not counted.</summary>
    public static FhirResource SearchSet(
        IEnumerable<SearchEntry> entries, int? total, IEnumerable<BundleLink> links,
        DateTimeOffset? timestamp = null, string? id = null) =>
        Start("searchset", links, timestamp, id, total)
            .AddAll("entry", entries.Select(e => new ObjectBuilder()
                .Add("fullUrl", e.FullUrl)
                .Add("resource", e.Resource.Root)
                .Add("search", new ObjectBuilder().Add("mode", e.Mode))
                .Build()))
            .ToResource();

    /// <summary>The answer to a transaction, an entry for each of the request, in its order.</summary>
    public static FhirResource TransactionResponse(IEnumerable<ResponseEntry> entries, IEnumerable<BundleLink>? links = null) =>
        Response("transaction-response", entries, links);

    /// <summary>The answer to a batch, an entry for each of the request, in its order.</summary>
    public static FhirResource BatchResponse(IEnumerable<ResponseEntry> entries, IEnumerable<BundleLink>? links = null) =>
        Response("batch-response", entries, links);

    /// <summary>A transaction that creates these resources, which refer to each other by their fullUrl.</summary>
    public static FhirResource Transaction(IEnumerable<(string FullUrl, FhirResource Resource)> entries) =>
        Start("transaction", null, null, null, null)
            .AddAll("entry", entries.Select(e => new ObjectBuilder()
                .Add("fullUrl", e.FullUrl)
                .Add("resource", e.Resource.Root)
                .Add("request", new ObjectBuilder().Add("method", "POST").Add("url", e.Resource.Type))
                .Build()))
            .ToResource();

    /// <summary>Resources side by side, without more meaning.</summary>
    public static FhirResource Collection(
        IEnumerable<(string? FullUrl, FhirResource Resource)> entries, DateTimeOffset? timestamp = null) =>
        Start("collection", null, timestamp, null, null)
            .AddAll("entry", entries.Select(e => new ObjectBuilder()
                .Add("fullUrl", e.FullUrl)
                .Add("resource", e.Resource.Root)
                .Build()))
            .ToResource();

    private static FhirResource Response(string type, IEnumerable<ResponseEntry> entries, IEnumerable<BundleLink>? links) =>
        Start(type, links, null, null, null)
            .AddAll("entry", entries.Select(e => new ObjectBuilder()
                .Add("resource", e.Resource?.Root)
                .Add("response", new ObjectBuilder()
                    .Add("status", e.Status)
                    .Add("location", e.Location)
                    .Add("etag", e.Etag)
                    .Add("lastModified", e.LastModified)
                    .Add("outcome", e.Outcome?.Root))
                .Build()))
            .ToResource();

    private static ObjectBuilder Start(
        string type, IEnumerable<BundleLink>? links, DateTimeOffset? timestamp, string? id, int? total) =>
        ObjectBuilder.Resource("Bundle", id)
            .Add("type", type)
            .Add("timestamp", timestamp)
            .Add("total", (long?)total)
            .AddAll("link", (links ?? []).Select(l => new ObjectBuilder().Add("relation", l.Relation).Add("url", l.Url).Build()));
}
