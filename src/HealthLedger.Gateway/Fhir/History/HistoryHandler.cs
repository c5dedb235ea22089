using System.Globalization;
using HealthLedger.Client.Read;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.History;

/// <summary><c>GET Type/id/_history</c>: every version of one resource, the newest first; a retraction stands there as a DELETE.</summary>
internal sealed class HistoryHandler(Authorizer authorizer, string fhirBase)
{
    /// <summary>The most versions told, the newest ones: an access names at most this many records.</summary>
    private const int VersionsMax = 256;

    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string type, string id, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, type, ScopeAccess.Read).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        (ResourcePlace? place, FhirAnswer? refusal) = await ResourceFinder.FindAsync(caller, type, id, cancel);
        if (place is null) return refusal!;
        (int Number, ResourceVersion Version)[] versions = [.. place.Versions.Select((version, i) => (i + 1, version)).TakeLast(VersionsMax)];
        Hash32[] records = [.. versions.Select(version => version.Version.RecordId).Distinct()];
        Access access = place.Access ?? await AccessDesk.AskAsync(caller, place.Subject, null, records, cancel);
        if (access.Refusal is not null) return access.Refusal;
        (IReadOnlyList<OpenedRecord> opened, refusal) = await AccessDesk.OpenAsync(caller, access, content: true, records, cancel);
        if (refusal is not null) return refusal;

        Dictionary<Hash32, OpenedRecord> byId = opened.ToDictionary(record => record.RecordId);
        List<FhirObject> entries = [];
        foreach ((int number, ResourceVersion version) in versions.Reverse())
        {
            if (!StoredRecord.Of(byId[version.RecordId], number).TryGet(out StoredRecord? stored, out fault)) return FhirAnswer.Of(fault, access.Receipt);
            if (stored.Index.Type != type) return FhirAnswer.NotFound(access.Receipt);
            if (version.Kind == ResourceFinder.Retraction)
            {
                entries.Add(Entry($"{type}/{id}", null, "DELETE", "204 No Content", number, null));
                continue;
            }
            if (!stored.Resource().TryGet(out FhirResource? resource, out fault)) return FhirAnswer.Of(fault, access.Receipt);
            entries.Add(Entry($"{type}/{id}", resource, number == 1 ? "POST" : "PUT", number == 1 ? "201 Created" : "200 OK", number, stored.Time));
        }
        FhirResource bundle = FhirResource.From(ObjectBuilder.Resource("Bundle").Add("type", "history").Add("total", (long?)entries.Count).AddAll("entry", entries).Build())!;
        return FhirAnswer.Found(bundle, access.Receipt);
    }

    private FhirObject Entry(string reference, FhirResource? resource, string method, string status, int version, DateTimeOffset? time) => new ObjectBuilder()
        .Add("fullUrl", $"{fhirBase}/{reference}")
        .Add("resource", resource?.Root)
        .Add("request", new ObjectBuilder().Add("method", method).Add("url", method == "POST" ? resource!.Type : reference))
        .Add("response", new ObjectBuilder().Add("status", status).Add("etag", string.Create(CultureInfo.InvariantCulture, $"W/\"{version}\"")).Add("lastModified", time))
        .Build();
}
