using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>
/// Answers the conditions of a Bundle (<c>Practitioner?identifier=system|value</c>) without a search: the identifier gives the resource's id, and the ledger is
/// asked once which of these ids it has. Other conditions find nothing.
/// </summary>
internal sealed class ConditionFinder
{
    private const int EventTypeOfRetraction = (int)EventType.RecordRetract;

    private readonly Dictionary<string, string> _found = new(StringComparer.Ordinal);

    /// <summary>Asks for all conditions of a Bundle.</summary>
    public static async Task<Result<ConditionFinder>> AskAsync(
        FhirResource bundle, LedgerClient client, OrganizationWallet wallet, PatientDirectory directory, PatientRegistry registry, IngestOptions options, CancellationToken cancel)
    {
        HashSet<string> conditions = new(StringComparer.Ordinal), updates = new(StringComparer.Ordinal);
        Collect(bundle.Root, conditions);
        foreach (FhirNode node in bundle.Root.Each("entry"))
            if (node is FhirObject entry && FhirResource.From(entry["resource"]) is { } resource && OfUpdate(entry) is { } query) updates.Add($"{resource.Type}?{query}");
        conditions.UnionWith(updates);
        ConditionFinder finder = new();
        List<(string Condition, string Type, Id16 Resource)> open = [];
        foreach (string condition in conditions)
        {
            (string type, string query) = Split(condition);
            if (SourceName.ByCondition(type, query) is not { } name) continue;
            if (type == "Patient")
            {
                (string system, string value) = name.ForPatient;
                LedgerDid did = registry.StewardedDid(wallet, system, value);
                string id = FhirIds.Of(did);
                if ((options.ExpectedPatients?.Contains(id) == true && !updates.Contains(condition)) || (await directory.GetAsync(did, cancel)).IsOk) finder._found[condition] = id;
                continue;
            }
            Id16 resource = name.ResourceId(wallet);
            if (options.Expected?.Contains(resource) == true && !updates.Contains(condition)) finder._found[condition] = FhirIds.Of(resource);
            else open.Add((condition, type, resource));
        }
        if (open.Count == 0) return finder;
        Result<IReadOnlyList<ResourceHit?>> asked = await client.Queries.ResourcesAsync(wallet.Party, [.. open.Select(item => item.Resource)], cancel);
        if (!asked.TryGet(out IReadOnlyList<ResourceHit?>? hits, out Fault fault)) return fault;
        for (int i = 0; i < open.Count; i++)
            if (hits[i] is { Versions: [.., { Kind: not EventTypeOfRetraction }] }) finder._found[open[i].Condition] = FhirIds.Of(open[i].Resource);
        return finder;
    }

    /// <summary>What a condition finds.</summary>
    public ConditionalMatch Find(string type, string query) => _found.TryGetValue($"{type}?{query}", out string? id) ? ConditionalMatch.One(id) : ConditionalMatch.None;

    /// <summary>The condition of an update by condition (<c>PUT Type?identifier=...</c>); null for any other entry.</summary>
    public static string? OfUpdate(FhirObject entry)
    {
        string url = entry.Object("request")?.Text("url") ?? "";
        int question = url.IndexOf('?');
        return question > 0 && entry.Object("request")?.Text("method") == "PUT" ? url[(question + 1)..] : null;
    }

    // Conditions on creation are not among them: a resource must not find itself among what this run brings in. FhirIngest asks for those when it stores.
    private static void Collect(FhirNode node, HashSet<string> conditions)
    {
        switch (node)
        {
            case FhirObject body:
                foreach (FhirMember member in body.Span)
                {
                    if (member.Value.AsString is not { } text) Collect(member.Value, conditions);
                    else if (member.Name == "reference" && FhirReference.Read(text).Form == ReferenceForm.Conditional) conditions.Add(text);
                }
                break;
            case FhirArray list:
                foreach (FhirNode item in list.Span) Collect(item, conditions);
                break;
        }
    }

    private static (string Type, string Query) Split(string condition)
    {
        int question = condition.IndexOf('?');
        return (condition[..question], condition[(question + 1)..]);
    }
}
