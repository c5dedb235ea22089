using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;

namespace HealthLedger.Fhir.Transactions;

/// <summary>Makes the entries of a plan: first all ids, then all references, then owners, then what falls with a refused entry.</summary>
internal sealed class PlanBuilder(TransactionOptions options, bool linksWithin, bool requestOptional)
{
    private const int IssuesPerEntryMax = 50;

    private readonly List<PlannedEntry> entries = [];
    private readonly Dictionary<string, int> byUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> byTarget = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConditionalMatch> searches = new(StringComparer.Ordinal);
    private ILookup<(string Type, string? System, string Value), int>? byIdentifier;

    /// <summary>Reads one entry and gives it an id.</summary>
    public void Add(int index, FhirNode node)
    {
        PlannedEntry entry = Check(Read(index, node));
        entries.Add(entry);
        if (entry is not { Resource: not null, Id: not null }) return;
        if (!byTarget.TryAdd($"{entry.Type}/{entry.Id}", index) && entry.Action is not EntryAction.Existing)
            entries[index] = Refuse(entry, IssueCodes.Duplicate, "Another entry of this Bundle has the same type and id.", "");
        if (!linksWithin) return;
        if (entry.FullUrl is { } fullUrl && !byUrl.TryAdd(fullUrl, index))
            entries[index] = Refuse(entry, IssueCodes.Duplicate, "Another entry of this Bundle has the same fullUrl.", ".fullUrl");
        if (FhirReference.Read(entry.FullUrl ?? "") is { Form: ReferenceForm.Absolute, Type: { } type, Id: { } id })
            byUrl.TryAdd($"{type}/{id}", index);
        else if (entry.Resource.Id is { } old)
            byUrl.TryAdd($"{entry.Type}/{old}", index);
    }

    /// <summary>Rewrites references, finds owners, and refuses what refers to something refused.</summary>
    public IReadOnlyList<PlannedEntry> Finish()
    {
        List<int>[] links = new List<int>[entries.Count];
        for (int i = 0; i < entries.Count; i++) entries[i] = Rewrite(entries[i], links[i] = []);
        for (int i = 0; i < entries.Count; i++) entries[i] = Own(entries[i], links[i]);
        RefuseDependents(links);
        return entries;
    }

    private PlannedEntry Read(int index, FhirNode node)
    {
        PlannedEntry entry = new() { Index = index };
        if (node is not FhirObject body) return Refuse(entry, IssueCodes.Structure, "An entry is an object.", "");
        FhirResource? resource = FhirResource.From(body["resource"]);
        FhirObject? request = body.Object("request");
        entry = entry with
        {
            FullUrl = body.Text("fullUrl"),
            Url = request?.Text("url"),
            IfMatch = request?.Text("ifMatch"),
            Type = resource?.Type ?? "",
        };
        if (request is null)
        {
            if (!requestOptional) return Refuse(entry, IssueCodes.Required, "An entry needs a request.", ".request");
            return resource is null
                ? Refuse(entry, IssueCodes.Required, "An entry needs a resource.", ".resource")
                : Create(entry, resource, null);
        }
        string url = entry.Url ?? "";
        switch (request.Text("method"))
        {
            case "POST" when resource is not null:
                return url == resource.Type
                    ? Create(entry, resource, request.Text("ifNoneExist"))
                    : Refuse(entry, IssueCodes.Invalid, "The url of a POST must be the type of its resource.", ".request.url");
            case "PUT" when resource is not null:
                return Update(entry, resource, url);
            case "POST" or "PUT":
                return Refuse(entry, IssueCodes.Required, "An entry with this method needs a resource.", ".resource");
            case "DELETE":
                return FhirReference.Read(url) is { Form: ReferenceForm.Relative, Type: { } type, Id: { } id }
                    ? entry with { Action = EntryAction.Delete, Type = type, Id = id }
                    : Refuse(entry, IssueCodes.NotSupported, "A DELETE names one resource: type/id.", ".request.url");
            case "GET" or "HEAD":
                string head = url.Split('?', '/')[0];
                return StructureCheck.IsResourceType(head)
                    ? entry with { Action = EntryAction.Read, Type = head }
                    : Refuse(entry, IssueCodes.NotSupported, "A GET in a Bundle names a resource type.", ".request.url");
            default:
                return Refuse(entry, IssueCodes.NotSupported, "The method must be POST, PUT, DELETE or GET.", ".request.method");
        }
    }

    private PlannedEntry Check(PlannedEntry entry)
    {
        if (!options.CheckStructure || entry.Resource is not { } resource) return entry;
        IReadOnlyList<FhirIssue> issues = StructureCheck.Check(resource);
        return issues.Count == 0 ? entry : entry with { Issues = [.. entry.Issues, .. issues.Select(i => Within(entry, i))] };
    }

    private static FhirIssue Within(PlannedEntry entry, FhirIssue issue)
    {
        int dot = issue.Expression.IndexOf('.');
        return issue with { Expression = Place(entry, ".resource") + (dot < 0 ? "" : issue.Expression[dot..]) };
    }

    private PlannedEntry Create(PlannedEntry entry, FhirResource resource, string? ifNoneExist)
    {
        if (ifNoneExist is { Length: > 0 })
        {
            ConditionalMatch match = Search(resource.Type, ifNoneExist.TrimStart('?'));
            if (match.Count > 1) return Several(entry, ".request.ifNoneExist");
            if (match is { Count: 1, Id: { } found })
                return entry with { Action = EntryAction.Existing, Id = found, Resource = resource };
        }
        return entry with
        {
            Action = EntryAction.Create,
            Id = options.NewId(resource.Type, entry.FullUrl ?? (resource.Id is { } id ? $"{resource.Type}/{id}" : null)),
            Resource = resource,
        };
    }

    private PlannedEntry Update(PlannedEntry entry, FhirResource resource, string url)
    {
        FhirReference target = FhirReference.Read(url);
        if (target.Type != resource.Type)
            return Refuse(entry, IssueCodes.Invalid, "The url of a PUT must name the type of its resource.", ".request.url");
        if (target is { Form: ReferenceForm.Relative, Id: { } id })
        {
            return resource.Id == id
                ? entry with { Action = EntryAction.Update, Id = id, Resource = resource }
                : Refuse(entry, IssueCodes.Invalid, "The resource's id must be the one in the url of its PUT.", ".resource.id");
        }
        if (target.Form is not ReferenceForm.Conditional)
            return Refuse(entry, IssueCodes.Invalid, "The url of a PUT must be type/id or type?condition.", ".request.url");
        ConditionalMatch match = Search(target.Type!, url[(url.IndexOf('?') + 1)..]);
        return match.Count switch
        {
            0 => Create(entry, resource, null),
            1 => entry with { Action = EntryAction.Update, Id = match.Id, Resource = resource },
            _ => Several(entry, ".request.url"),
        };
    }

    private PlannedEntry Rewrite(PlannedEntry entry, List<int> links)
    {
        if (entry is not { Resource: { } resource, Id: { } id }) return entry;
        List<FhirIssue> issues = [.. entry.Issues];
        ReferenceRewriter rewriter = new((text, isReference) => Target(entry, text, isReference, links, issues), Logical);
        FhirObject root = rewriter.Rewrite(resource.Root);
        return entry with { Resource = resource.WithRoot(root).WithId(id), Issues = issues };
    }

    /// <summary>What a reference becomes; null leaves it.</summary>
    private string? Target(PlannedEntry entry, string text, bool isReference, List<int> links, List<FhirIssue> issues)
    {
        string bare = text;
        int fragment = text.IndexOf('#');
        if (fragment > 0) bare = text[..fragment];
        if (byUrl.TryGetValue(bare, out int index))
        {
            links.Add(index);
            return $"{entries[index].Type}/{entries[index].Id}";
        }
        if (!isReference || issues.Count >= IssuesPerEntryMax) return null;
        FhirReference reference = FhirReference.Read(text);
        switch (reference.Form)
        {
            case ReferenceForm.Urn:
                issues.Add(FhirIssue.Error(IssueCodes.NotFound,
                    "A reference names no entry of this Bundle, and a URN cannot be looked up elsewhere.", Place(entry, ".resource")));
                return null;
            case ReferenceForm.Conditional:
                ConditionalMatch match = Search(reference.Type!, text[(text.IndexOf('?') + 1)..]);
                if (match is { Count: 1, Id: { } id }) return $"{reference.Type}/{id}";
                if (match.Count == 0 && WithinBundle(text) is { } found)
                {
                    links.Add(found);
                    return $"{entries[found].Type}/{entries[found].Id}";
                }
                bool kept = match.Count == 0 && options.KeepUnresolvedAsLogical && Logical(text) is not null;
                string why = match.Count == 0
                    ? $"A conditional reference to {reference.Type} finds nothing{(kept ? "; it is kept as a logical reference." : ".")}"
                    : $"A conditional reference to {reference.Type} finds several.";
                string code = match.Count == 0 ? IssueCodes.NotFound : IssueCodes.MultipleMatches;
                issues.Add(kept
                    ? FhirIssue.Warning(code, why, Place(entry, ".resource"))
                    : FhirIssue.Error(code, why, Place(entry, ".resource")));
                return kept ? "" : null;
            default:
                return null;
        }
    }

    /// <summary>The logical reference for <c>Type?identifier=system|value</c>; null when the condition is another.</summary>
    private static (string Type, string? System, string Value)? Logical(string text)
    {
        FhirReference reference = FhirReference.Read(text);
        string query = text[(text.IndexOf('?') + 1)..];
        if (reference.Form is not ReferenceForm.Conditional || !query.StartsWith("identifier=", StringComparison.Ordinal)
            || query.Contains('&')) return null;
        string token = Uri.UnescapeDataString(query["identifier=".Length..]);
        int bar = token.IndexOf('|');
        string value = token[(bar + 1)..];
        return value.Length == 0 ? null : (reference.Type!, bar > 0 ? token[..bar] : null, value);
    }

    /// <summary>The entry that has the identifier of a conditional reference, when exactly one has; null in a batch.</summary>
    private int? WithinBundle(string text)
    {
        if (!linksWithin || Logical(text) is not { } wanted) return null;
        byIdentifier ??= entries.Where(e => e.Resource is not null)
            .SelectMany(e => Identifiers(e.Resource!).Select(i => (Key: (e.Type, i.System, i.Value), e.Index)))
            .ToLookup(p => p.Key, p => p.Index);
        int[] found = byIdentifier[wanted].Distinct().Take(2).ToArray();
        return found.Length == 1 ? found[0] : null;
    }

    private static IEnumerable<(string? System, string Value)> Identifiers(FhirResource resource)
    {
        List<(string?, string)> all = [];
        foreach (FhirNode node in resource.Root.Each("identifier"))
            if (node is FhirObject identifier && identifier.Text("value") is { } value) all.Add((identifier.Text("system"), value));
        return all;
    }

    private PlannedEntry Own(PlannedEntry entry, List<int> links)
    {
        if (entry.Resource is not { } resource)
        {
            return entry is { Action: EntryAction.Delete, Type: "Patient", Id: { } id } ? entry with { Patients = [id] } : entry;
        }
        IReadOnlyList<string> patients = PatientCompartment.PatientsOf(resource);
        if (patients.Count == 0 && PatientCompartment.IsPatientType(resource.Type))
        {
            // A Provenance of an Observation names no patient itself: it belongs where its targets belong.
            patients = links.Select(i => entries[i].Resource).OfType<FhirResource>()
                .SelectMany(r => PatientCompartment.PatientsOf(r).Take(1)).Distinct().ToArray();
        }
        return entry with { Patients = patients };
    }

    private void RefuseDependents(List<int>[] links)
    {
        Queue<int> refused = new(entries.Where(e => e.IsRefused).Select(e => e.Index));
        if (refused.Count == 0) return;
        ILookup<int, int> dependents = links.SelectMany((to, from) => to.Select(t => (from, t))).ToLookup(p => p.t, p => p.from);
        while (refused.TryDequeue(out int index))
        {
            foreach (int from in dependents[index])
            {
                if (entries[from].IsRefused) continue;
                entries[from] = Refuse(entries[from], IssueCodes.NotFound,
                    $"It refers to entry {index} of this Bundle, which is refused.", ".resource");
                refused.Enqueue(from);
            }
        }
    }

    private ConditionalMatch Search(string type, string query)
    {
        string key = $"{type}?{query}";
        if (!searches.TryGetValue(key, out ConditionalMatch match)) searches.Add(key, match = options.Resolve(type, query));
        return match;
    }

    private static PlannedEntry Several(PlannedEntry entry, string where) =>
        Refuse(entry, IssueCodes.MultipleMatches, "The condition finds several resources.", where);

    private static PlannedEntry Refuse(PlannedEntry entry, string code, string why, string where) =>
        entry with { Issues = [.. entry.Issues, FhirIssue.Error(code, why, Place(entry, where))] };

    private static string Place(PlannedEntry entry, string where) => $"Bundle.entry[{entry.Index}]{where}";
}
