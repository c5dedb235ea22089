using System.Globalization;
using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Search;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Search;

/// <summary>
/// <c>GET Type?...</c> and <c>POST Type/_search</c>: within one patient's record, or among the caller's shared resources. Counts, links and includes
/// are made of what the permit opens and of nothing else.
/// </summary>
internal sealed class SearchHandler(Authorizer authorizer, PageToken pages, string fhirBase)
{
    /// <summary>The parameter of a link to a page.</summary>
    public const string PageParameter = "_page";

    private const int CountDefault = 50, CountMax = 200;

    /// <summary>Answers one request; the pairs of query string and form together.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, type, ScopeAccess.Search).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        return await SearchAsync(caller, type, pairs, Preferences.Of(request).Lenient, cancel);
    }

    /// <summary>Searches for a caller whose scopes were checked.</summary>
    public async Task<FhirAnswer> SearchAsync(FhirCaller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, CancellationToken cancel)
    {
        PagePlace? place = null;
        if (pairs.FirstOrDefault(pair => pair.Key == PageParameter).Value is { } token)
        {
            if (!pages.Open(token, caller.Token.ClientId).TryGet(out place, out Fault over)) return FhirAnswer.Of(over);
            if (place.Path != type) return FhirAnswer.Of(FaultCode.PageLinkOver, "The link is of another search.");
            pairs = QueryPairs.Parse(place.Query);
        }
        SearchParse parse = SearchQuery.Parse(type, pairs);
        FhirIssue[] ignored = [];
        if (parse.Query is null && lenient)
        {
            ignored = [.. parse.Issues.Where(issue => issue.Code == IssueCodes.NotSupported && issue.Expression.StartsWith("http.", StringComparison.Ordinal))];
            HashSet<string> names = [.. ignored.Select(issue => issue.Expression["http.".Length..])];
            pairs = [.. pairs.Where(pair => !names.Contains(pair.Key.Split(':')[0]))];
            parse = SearchQuery.Parse(type, pairs);
        }
        if (parse.Query is not { } query) return FhirAnswer.Of(new Fault(FaultCode.SearchUnfit, ""), parse.Issues);
        FhirResource? outcome = ignored.Length == 0 ? null : OperationOutcomes.Of(ignored.Select(issue => issue with { Severity = IssueSeverity.Warning }));

        (LedgerDid? subject, FhirAnswer? refusal) = await SubjectAsync(caller, query, pairs, cancel);
        if (refusal is not null) return refusal;
        BundleLink self = new("self", $"{fhirBase}/{type}{QueryPairs.ToString(pairs)}");
        if (subject is not { } known) return ResultPage.Build(fhirBase, [], [], 0, [self], outcome, null);
        (PatientRecords? records, refusal) = await PatientRecords.LoadAsync(caller, known, place?.Leaf, content: false, cancel);
        // An organization that has not shared anything yet has no subject of its own.
        if (records is null) return refusal!.Fault.Code == FaultCode.NotFound ? ResultPage.Build(fhirBase, [], [], 0, [self], outcome, null) : refusal;
        return await PageAsync(caller, query, pairs, records, place?.Offset ?? 0, self, outcome, cancel);
    }

    private async Task<FhirAnswer> PageAsync(
        FhirCaller caller, SearchQuery query, IReadOnlyList<KeyValuePair<string, string>> pairs, PatientRecords records, int offset, BundleLink self, FhirResource? outcome, CancellationToken cancel)
    {
        Dictionary<string, StoredRecord> byReference = records.Records.ToDictionary(record => record.Index.Reference, StringComparer.Ordinal);
        IReadOnlyList<IndexRecord> matches = query.Evaluate(records.Records.Select(record => record.Index));
        int total = matches.Count(match => !byReference[match.Reference].Opened.Retracted);
        if (query.CountOnly) return ResultPage.Build(fhirBase, [], [], total, [self], outcome, records.Access.Receipt);
        int count = Math.Clamp(query.Count ?? CountDefault, 1, CountMax);
        IndexRecord[] page = [.. matches.Skip(offset).Take(count)];
        (IReadOnlyList<StoredRecord> opened, FhirAnswer? refusal) = await records.OpenAsync(caller, [.. page.Select(match => byReference[match.Reference])], cancel);
        if (refusal is not null) return refusal;

        StoredRecord[] included = [.. query.Included(page, records.Records.Select(record => record.Index)).Select(index => byReference[index.Reference])
            .Where(record => caller.Token.Scopes.Allows(record.Index.Type, ScopeAccess.Read))];
        (IReadOnlyList<StoredRecord> added, refusal) = await records.OpenAsync(caller, included, cancel);
        if (refusal is not null) return refusal;
        if (query.Includes.Count > 0)
        {
            IEnumerable<string> outside = page.SelectMany(match => match.References.Where(reference => query.Includes.Any(include => Asks(include, match, reference)))).Select(reference => reference.Value)
                .Where(reference => !byReference.ContainsKey(reference));
            (IReadOnlyList<StoredRecord> shared, refusal) = await SharedInclusion.LoadAsync(caller, outside, cancel);
            if (refusal is not null) return refusal;
            added = [.. added, .. shared];
        }

        List<BundleLink> links = [self];
        if (offset + page.Length < matches.Count)
        {
            PagePlace next = new(caller.Token.ClientId, query.Type, QueryPairs.ToString(pairs), offset + page.Length, records.Leaf);
            links.Add(ResultPage.Next(fhirBase, query.Type, pages.Seal(next)));
        }
        return ResultPage.Build(fhirBase, opened, added, total, links, outcome, records.Access.Receipt);
    }

    private static bool Asks(SearchInclude include, IndexRecord match, IndexText reference) =>
        include.SourceType == match.Type && (include.Parameter == "*" || include.Parameter == reference.Parameter)
        && (include.TargetType is null || reference.Value.StartsWith(include.TargetType + "/", StringComparison.Ordinal));

    /// <summary>Whose record is searched: no answer and no subject where there cannot be a match.</summary>
    private static async Task<(LedgerDid? Subject, FhirAnswer? Refusal)> SubjectAsync(FhirCaller caller, SearchQuery query, IReadOnlyList<KeyValuePair<string, string>> pairs, CancellationToken cancel)
    {
        string network = caller.Seat.Client.Network.Name;
        string[] patients = [.. query.Patients.Distinct(StringComparer.Ordinal)];
        if (patients.Length > 1) return (null, FhirAnswer.Of(FaultCode.SearchUnfit, "A search is within one patient's record."));
        if (patients.Length == 1) return FhirIds.TryPatient(network, patients[0], out LedgerDid named) ? (named, null) : (null, null);
        if (query.Type == "Patient")
        {
            string? identifier = pairs.FirstOrDefault(pair => pair.Key == "identifier").Value;
            if (identifier is null || SourceName.ByCondition("Patient", $"identifier={Uri.EscapeDataString(identifier)}") is not { } name)
                return (null, FhirAnswer.Of(FaultCode.SearchUnfit, "Patients are found by _id or by identifier (system|value); there is no list of patients."));
            LedgerDid patient = caller.Seat.Registry.StewardedDid(caller.Seat.Wallet, name.ForPatient.System, name.ForPatient.Id);
            return (await caller.Seat.Directory.GetAsync(patient, cancel)).IsOk ? (patient, null) : (null, null);
        }
        if (!PatientCompartment.IsPatientType(query.Type)) return (caller.Seat.Wallet.Did, null);
        if (pairs.FirstOrDefault(pair => pair.Key == "_id").Value is { } id && !id.Contains(','))
        {
            (ResourcePlace? place, FhirAnswer? refusal) = await ResourceFinder.FindAsync(caller, query.Type, id, cancel);
            return place is not null ? (place.Subject, null) : refusal!.Fault.Code == FaultCode.NotFound ? (null, null) : (null, refusal);
        }
        return (null, FhirAnswer.Of(FaultCode.SearchUnfit, string.Create(CultureInfo.InvariantCulture, $"Name the patient whose record is searched: {query.Type}?patient=...")));
    }
}
