using System.Globalization;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Search;
using HealthLedger.Fhir.Structure;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Fhir.Search;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Everything;

/// <summary>
/// <c>GET Patient/id/$everything</c>: the whole record that the caller may see, from every provider, in clinical-time order, and the shared resources
/// that it refers to. Parameters: <c>_count</c>, <c>_type</c>, <c>_since</c>, <c>start</c>, <c>end</c>.
/// </summary>
internal sealed class EverythingHandler(Authorizer authorizer, PageToken pages, string fhirBase)
{
    private const int CountMax = 2_000;

    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string id, IReadOnlyList<KeyValuePair<string, string>> pairs, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, "Patient", ScopeAccess.Read).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        string path = $"Patient/{id}/$everything";
        PagePlace? place = null;
        if (pairs.FirstOrDefault(pair => pair.Key == SearchHandler.PageParameter).Value is { } token)
        {
            if (!pages.Open(token, caller.Token.ClientId).TryGet(out place, out Fault over)) return FhirAnswer.Of(over);
            if (place.Path != path) return FhirAnswer.Of(FaultCode.PageLinkOver, "The link is of another record.");
            pairs = QueryPairs.Parse(place.Query);
        }
        if (!Filter.Parse(pairs, Preferences.Of(request).Lenient).TryGet(out Filter? filter, out fault)) return FhirAnswer.Of(fault);
        if (!FhirIds.TryPatient(caller.Seat.Client.Network.Name, id, out LedgerDid patient)) return FhirAnswer.NotFound();
        bool whole = filter.Count is null && place is null && filter.TakesAll;
        (PatientRecords? records, FhirAnswer? refusal) = await PatientRecords.LoadAsync(caller, patient, place?.Leaf, content: whole, cancel);
        if (records is null) return refusal!;

        StoredRecord[] matches = [.. records.Records.Where(record => caller.Token.Scopes.Allows(record.Index.Type, ScopeAccess.Read) && filter.Takes(record.Index))
            .OrderBy(record => record.Index.Type == "Patient" ? 0 : 1).ThenBy(record => record.Index.ClinicalTime?.From ?? record.Opened.Time).ThenBy(record => record.Opened.Leaf)];
        int offset = place?.Offset ?? 0;
        int count = Math.Clamp(filter.Count ?? CountMax, 1, CountMax);
        StoredRecord[] page = [.. matches.Skip(offset).Take(count)];
        (IReadOnlyList<StoredRecord> opened, refusal) = await records.OpenAsync(caller, page, cancel);
        if (refusal is not null) return refusal;
        HashSet<string> own = [.. records.Records.Select(record => record.Index.Reference)];
        (IReadOnlyList<StoredRecord> shared, refusal) = await SharedInclusion.LoadAsync(caller, opened.SelectMany(SharedInclusion.ReferencesIn).Where(reference => !own.Contains(reference)), cancel);
        if (refusal is not null) return refusal;

        string query = QueryPairs.ToString(pairs);
        List<BundleLink> links = [new BundleLink("self", $"{fhirBase}/{path}{query}")];
        if (offset + page.Length < matches.Length)
            links.Add(ResultPage.Next(fhirBase, path, pages.Seal(new PagePlace(caller.Token.ClientId, path, query, offset + page.Length, records.Leaf))));
        int total = matches.Count(record => !record.Opened.Retracted);
        return ResultPage.Build(fhirBase, opened, shared.Where(record => filter.Types is null || filter.Types.Contains(record.Index.Type)), total, links, null, records.Access.Receipt);
    }

    /// <summary>What of the record is asked for.</summary>
    private sealed record Filter(int? Count, HashSet<string>? Types, long? Since, long? Start, long? End)
    {
        public bool TakesAll => Types is null && Since is null && Start is null && End is null;

        public bool Takes(IndexRecord record)
        {
            if (Types is not null && !Types.Contains(record.Type)) return false;
            if (Since is { } since && record.LastUpdated < since) return false;
            if (Start is null && End is null) return true;
            // What has no clinical time (the Patient) belongs to every period.
            return record.ClinicalTime is not { } time || ((Start is not { } start || time.Until > start) && (End is not { } end || time.From < end));
        }

        public static Result<Filter> Parse(IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient)
        {
            Filter filter = new(null, null, null, null, null);
            foreach ((string name, string value) in pairs)
            {
                bool date = FhirDate.TryParse(value, out DateTimeOffset from, out DateTimeOffset until);
                switch (name)
                {
                    case "_format" or "_pretty": break;
                    case "_count" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count): filter = filter with { Count = count }; break;
                    case "_type" when value.Split(',') is { Length: <= 200 } types && types.All(StructureCheck.IsResourceType): filter = filter with { Types = [.. types] }; break;
                    case "_since" when date: filter = filter with { Since = from.ToUnixTimeMilliseconds() }; break;
                    case "start" when date: filter = filter with { Start = from.ToUnixTimeMilliseconds() }; break;
                    case "end" when date: filter = filter with { End = until.ToUnixTimeMilliseconds() }; break;
                    case "_count" or "_type" or "_since" or "start" or "end": return new Fault(FaultCode.SearchUnfit, $"{name} does not have a value of its kind.");
                    default:
                        if (lenient) break;
                        return new Fault(FaultCode.SearchUnfit, "$everything takes _count, _type, _since, start and end.");
                }
            }
            return filter;
        }
    }
}
