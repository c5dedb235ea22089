using System.Globalization;
using HealthLedger.Client.Read;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Read;

/// <summary><c>GET Type/id</c> and <c>GET Type/id/_history/version</c>: one record, after the entry of the access was committed.</summary>
internal sealed class ReadHandler(Authorizer authorizer)
{
    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string type, string id, string? version, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, type, ScopeAccess.Read).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        FhirAnswer answer = await ReadAsync(caller, type, id, version, cancel);
        bool unchanged = answer is { Status: 200, Version: { } current } && request.Headers.IfNoneMatch.Contains(string.Create(CultureInfo.InvariantCulture, $"W/\"{current}\""));
        return unchanged ? answer with { Status = StatusCodes.Status304NotModified } : answer;
    }

    /// <summary>Reads for a caller whose scopes were checked.</summary>
    public static async Task<FhirAnswer> ReadAsync(FhirCaller caller, string type, string id, string? version, CancellationToken cancel)
    {
        (ResourcePlace? place, FhirAnswer? refusal) = await ResourceFinder.FindAsync(caller, type, id, cancel);
        if (place is null) return refusal!;
        int number = place.Version;
        if (version is not null && (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < 1 || number > place.Version)) return FhirAnswer.NotFound();
        ResourceVersion wanted = place.Versions[number - 1];

        Access access = place.Access ?? await AccessDesk.AskAsync(caller, place.Subject, null, [wanted.RecordId], cancel);
        if (access.Refusal is not null) return access.Refusal;
        if (wanted.Kind == ResourceFinder.Retraction)
            return FhirAnswer.Of(new Fault(FaultCode.ResourceGone, "Its author marked the resource as entered in error; its earlier versions are in its history."), access.Receipt);
        (IReadOnlyList<OpenedRecord> records, refusal) = await AccessDesk.OpenAsync(caller, access, content: true, [wanted.RecordId], cancel);
        if (refusal is not null) return refusal;
        if (!StoredRecord.Of(records[0], number).TryGet(out StoredRecord? stored, out Fault fault)) return FhirAnswer.Of(fault, access.Receipt);
        // The id alone finds a resource; under another type's name there is nothing.
        if (stored.Index.Type != type) return FhirAnswer.NotFound(access.Receipt);
        if (!stored.Resource().TryGet(out FhirResource? resource, out fault)) return FhirAnswer.Of(fault, access.Receipt);
        return FhirAnswer.Found(resource, access.Receipt) with { Version = number, LastModified = stored.Time };
    }
}
