using System.Globalization;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Search;

/// <summary>Understands the pairs of one query.</summary>
internal sealed class SearchQueryParser(string type)
{
    private const int ValuesMax = 512;

    private readonly List<FhirIssue> issues = [];
    private readonly List<SearchClause> clauses = [];
    private readonly List<SearchSort> sort = [];
    private readonly List<SearchInclude> includes = [];
    private readonly List<SearchInclude> revIncludes = [];
    private readonly List<string> patients = [];
    private int? count;
    private bool countOnly;
    private int valuesSeen;

    /// <summary>The query, or why not.</summary>
    public SearchParse Parse(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        if (!StructureCheck.IsResourceType(type))
            return new SearchParse(null, [FhirIssue.Error(IssueCodes.NotSupported, "The type searched is not one of FHIR R4.")]);
        int seen = 0;
        foreach ((string key, string value) in pairs)
        {
            if (++seen > SearchQuery.PairsMax)
            {
                Refuse(IssueCodes.TooCostly, $"A search may have at most {SearchQuery.PairsMax} parameters.", "");
                break;
            }
            if (value.Length > SearchQuery.ValueCharsMax)
                Refuse(IssueCodes.TooLong, $"A value may have at most {SearchQuery.ValueCharsMax} characters.", key);
            else One(key, value);
        }
        if (issues.Any(i => i.Refuses)) return new SearchParse(null, issues);
        return new SearchParse(new SearchQuery(type, clauses)
        {
            Count = count,
            CountOnly = countOnly || count == 0,
            Sort = sort,
            Includes = includes,
            RevIncludes = revIncludes,
            Patients = patients,
        }, issues);
    }

    private void One(string key, string value)
    {
        int colon = key.IndexOf(':');
        string name = colon < 0 ? key : key[..colon];
        string modifier = colon < 0 ? "" : key[(colon + 1)..];
        if (value.Length == 0)
        {
            Refuse(IssueCodes.Value, "A search parameter needs a value.", name);
            return;
        }
        switch (name)
        {
            case "_format" or "_pretty":
                return; // How the answer is written, which is the door's business.
            case "_summary":
                if (value == "count") countOnly = true;
                else if (value != "false") Refuse(IssueCodes.NotSupported, "Of _summary, only count and false are supported.", name);
                return;
            case "_total":
                if (value is not ("none" or "estimate" or "accurate"))
                    Refuse(IssueCodes.Value, "_total is none, estimate or accurate.", name);
                return;
            case "_count":
                if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) count = number;
                else Refuse(IssueCodes.Value, "_count is a number from 0.", name);
                return;
            case "_sort":
                Sort(value);
                return;
            case "_include" or "_revinclude" when modifier is "":
                Include(name, value);
                return;
            case "_id" when modifier is "":
                Ids(value);
                return;
            case "_lastUpdated" when modifier is "":
                Dates(name, value);
                return;
            default:
                Filter(name, modifier, value);
                return;
        }
    }

    private void Filter(string name, string modifier, string value)
    {
        if (name.Contains('.') || name == "_has" || modifier.Contains('.'))
        {
            Refuse(IssueCodes.NotSupported, "Chained parameters are not supported.", name);
            return;
        }
        if (KindOf(name) is not { } kind)
        {
            Refuse(IssueCodes.NotSupported, $"{type} has no search parameter of this name here.", name);
            return;
        }
        if (modifier == "missing")
        {
            if (value is "true" or "false") clauses.Add(new MissingClause(name, value == "true"));
            else Refuse(IssueCodes.Value, ":missing is true or false.", name);
            return;
        }
        switch (kind)
        {
            case SearchKind.Token when modifier is "" or "not":
                Tokens(name, value, negated: modifier == "not");
                break;
            case SearchKind.Date when modifier is "":
                Dates(name, value);
                break;
            case SearchKind.String when modifier is "" or "exact" or "contains":
                clauses.Add(new TextClause(name, Split(name, value).Select(TextFold.Fold).ToArray(), modifier));
                break;
            case SearchKind.Reference when modifier is "" or "identifier" || StructureCheck.IsResourceType(modifier):
                if (modifier == "identifier") Refuse(IssueCodes.NotSupported, "References are not indexed by identifier.", name);
                else References(name, modifier, value);
                break;
            default:
                Refuse(IssueCodes.NotSupported, "This modifier is not supported on this parameter.", name);
                break;
        }
    }

    private SearchKind? KindOf(string name)
    {
        foreach (SearchParameter parameter in SearchParameters.For(type))
            if (parameter.Code == name || (parameter.Kind is SearchKind.Reference && SearchClause.SameReference(parameter.Code, name)))
                return parameter.Kind;
        return name == "patient" && PatientCompartment.IsPatientType(type) ? SearchKind.Reference : null;
    }

    private void Ids(string value)
    {
        HashSet<string> ids = Split("_id", value).ToHashSet(StringComparer.Ordinal);
        clauses.Add(new IdClause(ids));
        if (type == "Patient") patients.AddRange(ids);
    }

    private void Tokens(string name, string value, bool negated)
    {
        List<(string?, string?)> wanted = [];
        foreach (string one in Split(name, value))
        {
            int bar = one.IndexOf('|');
            string? system = bar < 0 ? null : one[..bar];
            string? code = bar < 0 ? one : bar + 1 < one.Length ? one[(bar + 1)..] : null;
            if (system is "" && code is null) Refuse(IssueCodes.Value, "A token is code, system|code, |code or system|.", name);
            wanted.Add((system, code));
        }
        clauses.Add(new TokenClause(name, wanted.ToArray(), negated));
    }

    private void Dates(string name, string value)
    {
        List<DateValue> wanted = [];
        foreach (string one in Split(name, value))
        {
            DatePrefix prefix = DatePrefix.Eq;
            string text = one;
            if (one.Length > 2 && char.IsAsciiLetterLower(one[0]))
            {
                if (!Enum.TryParse(one[..2], ignoreCase: true, out prefix) || !char.IsAsciiLetterLower(one[1]))
                {
                    Refuse(IssueCodes.Value, "The prefix must be eq, ne, gt, lt, ge, le, sa, eb or ap.", name);
                    continue;
                }
                text = one[2..];
            }
            if (SearchIndex.Span(text.Replace(' ', '+')) is not { } span)
            {
                Refuse(IssueCodes.Value, "The value must be a date or a date and time, with an optional prefix.", name);
                continue;
            }
            wanted.Add(new DateValue(prefix, span.From, span.Until));
        }
        clauses.Add(new DateClause(name, wanted.ToArray()));
    }

    private void References(string name, string modifier, string value)
    {
        List<(string?, string)> wanted = [];
        foreach (string one in Split(name, value))
        {
            FhirReference reference = FhirReference.Read(one);
            (string? Type, string Id)? target = reference is { Type: { } of, Id: { } id } ? (of, id)
                : StructureCheck.IsId(one) ? (modifier.Length > 0 ? modifier : name == "patient" ? "Patient" : null, one)
                : null;
            if (target is null || (modifier.Length > 0 && target.Value.Type != modifier))
            {
                Refuse(IssueCodes.Value, "The value must be a reference: type/id, or an id.", name);
                continue;
            }
            wanted.Add(target.Value);
            if (name is "patient" or "subject" && target.Value.Type is "Patient" or null) patients.Add(target.Value.Id);
        }
        clauses.Add(new ReferenceClause(name, wanted.ToArray()));
    }

    private void Sort(string value)
    {
        foreach (string one in Split("_sort", value))
        {
            bool descending = one[0] == '-';
            string name = descending ? one[1..] : one;
            if (name is "_id" or "_lastUpdated" || KindOf(name) is not null) sort.Add(new SearchSort(name, descending));
            else Refuse(IssueCodes.NotSupported, $"{type} cannot be sorted by this parameter.", "_sort");
        }
    }

    private void Include(string name, string value)
    {
        string[] parts = value.Split(':');
        bool known = parts.Length is 2 or 3 && StructureCheck.IsResourceType(parts[0])
            && (parts[1] == "*" || new SearchQueryParser(parts[0]).KindOf(parts[1]) is SearchKind.Reference)
            && (parts.Length == 2 || StructureCheck.IsResourceType(parts[2]));
        if (!known)
        {
            Refuse(IssueCodes.NotSupported,
                "An include is Type:parameter or Type:parameter:TargetType, of a reference that is indexed.", name);
            return;
        }
        SearchInclude include = new(parts[0], parts[1], parts.Length == 3 ? parts[2] : null);
        (name == "_include" ? includes : revIncludes).Add(include);
    }

    /// <summary>The values between commas; a backslash keeps a comma, bar, dollar or backslash within a value.</summary>
    private List<string> Split(string name, string value)
    {
        List<string> values = [];
        System.Text.StringBuilder one = new();
        for (int i = 0; i <= value.Length; i++)
        {
            if (i == value.Length || value[i] == ',')
            {
                if (one.Length == 0) Refuse(IssueCodes.Value, "A list of values has an empty one.", name);
                else values.Add(one.ToString());
                one.Clear();
                continue;
            }
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is ',' or '|' or '$' or '\\') i++;
            one.Append(value[i]);
        }
        valuesSeen += values.Count;
        if (valuesSeen > ValuesMax) Refuse(IssueCodes.TooCostly, $"A search may have at most {ValuesMax} values in all.", name);
        return values;
    }

    private void Refuse(string code, string why, string parameter)
    {
        string name = parameter.Length is > 0 and <= 64 && parameter.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? parameter : "";
        issues.Add(FhirIssue.Error(code, name.Length == 0 ? why : $"{name}: {why}", name.Length == 0 ? "" : $"http.{name}"));
    }
}
