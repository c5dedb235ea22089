using System.Globalization;
using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>A Bundle whose resources were checked and named, and the plan of it with every reference resolved. Nothing is stored yet.</summary>
internal sealed class PreparedBundle
{
    private readonly Dictionary<string, (string Id, SourceName Source)> _byUrl = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _conditions = new(StringComparer.Ordinal);
    private readonly Dictionary<int, IReadOnlyList<FhirIssue>> _issues = [];
    private readonly OrganizationSeat _seat;

    private PreparedBundle(OrganizationSeat seat) => _seat = seat;

    /// <summary>The plan.</summary>
    public TransactionPlan Plan { get; private set; } = null!;

    /// <summary>Checks, names and plans.</summary>
    public static async Task<Result<PreparedBundle>> MakeAsync(FhirCaller caller, FhirResource bundle, bool lenient, CancellationToken cancel)
    {
        PreparedBundle prepared = new(caller.Seat);
        FhirResource named = prepared.Name(bundle);
        List<(string Type, string Query)> asked = [];
        TransactionOptions options = new()
        {
            NewId = (_, fullUrl) => prepared._byUrl[fullUrl!].Id,
            KeepUnresolvedAsLogical = lenient,
            Resolve = (type, query) =>
            {
                asked.Add((type, query));
                return ConditionalMatch.None;
            },
        };
        prepared.Plan = TransactionPlan.Create(named, options);
        if (asked.Count == 0) return prepared;
        Result<Dictionary<(string, string), ConditionalMatch>> found = await prepared.ResolveAsync(caller, asked, cancel);
        if (!found.TryGet(out Dictionary<(string, string), ConditionalMatch>? matches, out Fault fault)) return fault;
        prepared.Plan = TransactionPlan.Create(named, options with { Resolve = (type, query) => matches.GetValueOrDefault((type, query)) });
        return prepared;
    }

    /// <summary>What the structure check says of an entry.</summary>
    public IReadOnlyList<FhirIssue> StructureIssues(int index) => _issues.GetValueOrDefault(index) ?? [];

    /// <summary>What the resource of an entry is called where it comes from.</summary>
    public SourceName SourceOf(PlannedEntry entry) => _byUrl[entry.FullUrl!].Source;

    /// <summary>Gives every entry a fullUrl and its resource a name and an id; takes resources out that FHIR does not allow.</summary>
    private FhirResource Name(FhirResource bundle)
    {
        if (bundle.Root["entry"] is not FhirArray entries) return bundle;
        FhirNode[] renamed = [.. entries.Items];
        for (int i = 0; i < renamed.Length; i++)
        {
            if (renamed[i] is not FhirObject entry || FhirResource.From(entry["resource"]) is not { } resource) continue;
            IReadOnlyList<FhirIssue> issues = StructureCheck.Check(resource);
            if (issues.Any(issue => issue.Refuses))
            {
                _issues[i] = [.. issues.Select(issue => issue with { Expression = string.Create(CultureInfo.InvariantCulture, $"Bundle.entry[{i}].resource.ofType({issue.Expression})") })];
                renamed[i] = entry.Without("resource");
                continue;
            }
            string? fullUrl = entry.Text("fullUrl");
            string key = fullUrl is { Length: > 0 } && !_byUrl.ContainsKey(fullUrl) ? fullUrl : string.Create(CultureInfo.InvariantCulture, $"urn:healthledger:entry:{i}");
            if (string.IsNullOrEmpty(fullUrl)) renamed[i] = entry.With("fullUrl", FhirValue.String(key));
            string? condition = ConditionOf(entry.Object("request"));
            if (condition is not null) _conditions.Add($"{resource.Type}?{condition}");
            _byUrl[key] = Identify(resource, fullUrl, condition, i);
        }
        return bundle.WithRoot(bundle.Root.With("entry", FhirArray.Of(renamed)));
    }

    private (string Id, SourceName Source) Identify(FhirResource resource, string? fullUrl, string? condition, int index)
    {
        SourceName source = SourceName.Of(resource, fullUrl, condition);
        if (resource.Type == "Patient")
            return (FhirIds.Of(_seat.Registry.StewardedDid(_seat.Wallet, source.ForPatient.System, source.ForPatient.Id)), source);
        string id = FhirIds.Of(source.ResourceId(_seat.Wallet));
        if (_ids.Add(id)) return (id, source);
        // The same name twice in one Bundle: the place tells them apart, the same each time the Bundle is sent.
        source = source with { Id = string.Create(CultureInfo.InvariantCulture, $"{source.Id}#{index}") };
        id = FhirIds.Of(source.ResourceId(_seat.Wallet));
        _ids.Add(id);
        return (id, source);
    }

    private static string? ConditionOf(FhirObject? request)
    {
        if (request is null) return null;
        if (request.Text("ifNoneExist") is { Length: > 0 } none) return none.TrimStart('?');
        string url = request.Text("url") ?? "";
        int question = url.IndexOf('?');
        return request.Text("method") == "PUT" && question > 0 ? url[(question + 1)..] : null;
    }

    /// <summary>Looks conditions up: by what the identifier makes of the id, in the ledger and in the Bundle itself.</summary>
    private async Task<Result<Dictionary<(string, string), ConditionalMatch>>> ResolveAsync(FhirCaller caller, List<(string Type, string Query)> asked, CancellationToken cancel)
    {
        Dictionary<(string, string), ConditionalMatch> matches = [];
        List<((string, string) Key, Id16 Resource)> open = [];
        foreach ((string Type, string Query) key in asked.Distinct())
        {
            if (SourceName.ByCondition(key.Type, key.Query) is not { } name) continue;
            if (key.Type != "Patient")
            {
                open.Add((key, name.ResourceId(_seat.Wallet)));
                continue;
            }
            LedgerDid patient = _seat.Registry.StewardedDid(_seat.Wallet, name.ForPatient.System, name.ForPatient.Id);
            Result<Client.Patients.PatientView> view = await _seat.Directory.GetAsync(patient, cancel);
            if (view.IsOk || InBundle(key, FhirIds.Of(patient))) matches[key] = ConditionalMatch.One(FhirIds.Of(patient));
            else if (view.Fault.Code is not (FaultCode.NotFound or FaultCode.SubjectUnknown)) return view.Fault;
        }
        Result<IReadOnlyList<ResourcePlace?>> found = await ResourceFinder.FindAsync(caller, [.. open.Select(item => item.Resource)], cancel);
        if (!found.TryGet(out IReadOnlyList<ResourcePlace?>? places, out Fault fault)) return fault;
        for (int i = 0; i < open.Count; i++)
        {
            string id = FhirIds.Of(open[i].Resource);
            if (places[i] is { IsRetracted: false } || InBundle(open[i].Key, id)) matches[open[i].Key] = ConditionalMatch.One(id);
        }
        return matches;
    }

    // A request's own condition asks for what was there before the Bundle; a reference may mean what the Bundle brings.
    private bool InBundle((string Type, string Query) key, string id) => !_conditions.Contains($"{key.Type}?{key.Query}") && (_ids.Contains(id) || _byUrl.Values.Any(entry => entry.Id == id));
}
