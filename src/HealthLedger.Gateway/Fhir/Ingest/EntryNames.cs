using System.Globalization;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>
/// What the resources of one Bundle are called where they come from, and the ids that follow: worked out before planning, since a plan asks for ids by
/// type and fullUrl alone. An entry without fullUrl is given one: that of its id in the source, else of its content.
/// </summary>
internal sealed class EntryNames
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (LedgerDid Did, SourceName Name)> _patients = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly SourceName?[] _names;
    private readonly bool[] _conditional;

    private EntryNames(int count) => (_names, _conditional) = (new SourceName?[count], new bool[count]);

    /// <summary>
    /// The Bundle with a fullUrl on every entry that has a resource, and without conditions on creation that name an identifier: those are in the names.
    /// </summary>
    public FhirResource Bundle { get; private set; } = null!;

    /// <summary>The patients that the Bundle brings along, by FHIR id.</summary>
    public IReadOnlyDictionary<string, (LedgerDid Did, SourceName Name)> Patients => _patients;

    /// <summary>The name of the resource of an entry; null where it has none.</summary>
    public SourceName? this[int entry] => _names[entry];

    /// <summary>True where an entry is to be created only if the ledger does not have its name yet.</summary>
    public bool IsConditional(int entry) => _conditional[entry];

    /// <summary>Names everything in a Bundle.</summary>
    public static EntryNames Of(FhirResource bundle, OrganizationWallet wallet, PatientRegistry registry)
    {
        ReadOnlySpan<FhirNode> entries = bundle.Root.Each("entry");
        EntryNames names = new(entries.Length);
        FhirNode[] named = new FhirNode[entries.Length];
        for (int i = 0; i < entries.Length; i++) named[i] = names.Name(i, entries[i], wallet, registry);
        names.Bundle = named.Length == 0 ? bundle : bundle.WithRoot(bundle.Root.With("entry", FhirArray.Of(named)));
        return names;
    }

    /// <summary>The id of a resource, as a plan asks for it.</summary>
    public string IdOf(string type, string? source) => _ids[Key(type, source!)];

    private FhirNode Name(int index, FhirNode node, OrganizationWallet wallet, PatientRegistry registry)
    {
        if (node is not FhirObject entry || FhirResource.From(entry["resource"]) is not { } resource) return node;
        string? fullUrl = entry.Text("fullUrl");
        string? condition = entry.Object("request")?.Text("ifNoneExist");
        // A conditional update that finds nothing creates what the next one finds.
        SourceName name = SourceName.Of(resource, fullUrl, condition ?? ConditionFinder.OfUpdate(entry));
        if (condition is not null && SourceName.ByCondition(resource.Type, condition) is not null)
        {
            _conditional[index] = true;
            entry = entry.With("request", entry.Object("request")!.Without("ifNoneExist"));
        }
        string id;
        if (resource.Type == "Patient")
        {
            (string system, string value) = name.ForPatient;
            LedgerDid did = registry.StewardedDid(wallet, system, value);
            id = FhirIds.Of(did);
            _patients.TryAdd(id, (did, name));
            _names[index] = SourceName.OfPatient(did);
        }
        else
        {
            // The same name twice in one Bundle: the place tells them apart, the same each time the Bundle comes.
            if (!_taken.Add(FhirIds.Of(name.ResourceId(wallet)))) name = name with { Id = string.Create(CultureInfo.InvariantCulture, $"{name.Id}#{index}") };
            id = FhirIds.Of(name.ResourceId(wallet));
            _taken.Add(id);
            _names[index] = name;
        }
        if (fullUrl is null) entry = entry.With("fullUrl", FhirValue.String(fullUrl = resource.Id is { } own ? $"{resource.Type}/{own}" : $"{name.System}:{name.Id}"));
        _ids.TryAdd(Key(resource.Type, fullUrl), id);
        return entry;
    }

    private static string Key(string type, string source) => $"{type} {source}";
}
