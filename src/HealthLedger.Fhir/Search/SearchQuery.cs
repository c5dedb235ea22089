namespace HealthLedger.Fhir.Search;

/// <summary>An <c>_include</c> or <c>_revinclude</c>: resources that a match refers to, or that refer to a match.</summary>
/// <param name="SourceType">The type that has the reference.</param>
/// <param name="Parameter">The reference parameter of that type.</param>
/// <param name="TargetType">Only targets of this type; null for any.</param>
public sealed record SearchInclude(string SourceType, string Parameter, string? TargetType);

/// <summary>A key of <c>_sort</c>.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="Descending">True when written with a minus.</param>
public readonly record struct SearchSort(string Parameter, bool Descending);

/// <summary>A search that was understood, or the issues that say why not.</summary>
/// <param name="Query">The query, or null when refused.</param>
/// <param name="Issues">Why it was refused; warnings for what was ignored.</param>
public sealed record SearchParse(SearchQuery? Query, IReadOnlyList<FhirIssue> Issues);

/// <summary>
/// A search of one resource type over index records. Strict: a parameter, modifier, prefix or value that is not
/// understood is an error, never ignored, since an ignored filter would disclose more than was asked for. Parameters are
/// combined with AND, values separated by commas with OR.
/// </summary>
public sealed class SearchQuery
{
    /// <summary>Most pairs in a query.</summary>
    public const int PairsMax = 64;

    /// <summary>Longest value of a pair, in characters.</summary>
    public const int ValueCharsMax = 4096;

    private readonly IReadOnlyList<SearchClause> clauses;

    internal SearchQuery(string type, IReadOnlyList<SearchClause> clauses)
    {
        Type = type;
        this.clauses = clauses;
    }

    /// <summary>The type searched.</summary>
    public string Type { get; }

    /// <summary>Most matches a page is to have (<c>_count</c>), or null when not said.</summary>
    public int? Count { get; internal init; }

    /// <summary>The sort keys, in order; empty for the records' own order.</summary>
    public IReadOnlyList<SearchSort> Sort { get; internal init; } = [];

    /// <summary>What to add that matches refer to.</summary>
    public IReadOnlyList<SearchInclude> Includes { get; internal init; } = [];

    /// <summary>What to add that refers to matches.</summary>
    public IReadOnlyList<SearchInclude> RevIncludes { get; internal init; } = [];

    /// <summary>The patient ids that <c>patient</c>, <c>subject</c> or, for Patient, <c>_id</c> name; empty when none does.</summary>
    public IReadOnlyList<string> Patients { get; internal init; } = [];

    /// <summary>True when only a number of matches is asked for: <c>_summary=count</c> or <c>_count=0</c>.</summary>
    public bool CountOnly { get; internal init; }

    /// <summary>Understands the pairs of a query string, already percent-decoded.</summary>
    public static SearchParse Parse(string type, IEnumerable<KeyValuePair<string, string>> pairs) =>
        new SearchQueryParser(type).Parse(pairs);

    /// <summary>The records that match, sorted, each once. O(records x values in the query); no paging.</summary>
    public IReadOnlyList<IndexRecord> Evaluate(IEnumerable<IndexRecord> records)
    {
        List<IndexRecord> matches = [];
        foreach (IndexRecord record in records)
            if (Matches(record)) matches.Add(record);
        return Sort.Count == 0 ? matches : Sorted(matches);
    }

    /// <summary>True when one record matches.</summary>
    public bool Matches(IndexRecord record)
    {
        if (record.Type != Type) return false;
        foreach (SearchClause clause in clauses)
            if (!clause.Matches(record)) return false;
        return true;
    }

    /// <summary>
    /// What <c>_include</c> and <c>_revinclude</c> add to these matches, from all records, each once and none that is a match.
    /// One step, not repeated.
    /// </summary>
    public IReadOnlyList<IndexRecord> Included(IReadOnlyList<IndexRecord> matches, IEnumerable<IndexRecord> all)
    {
        if (Includes.Count == 0 && RevIncludes.Count == 0) return [];
        HashSet<string> matched = matches.Select(m => m.Reference).ToHashSet(StringComparer.Ordinal);
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (SearchInclude include in Includes)
            foreach (IndexRecord match in matches.Where(m => m.Type == include.SourceType))
                wanted.UnionWith(Targets(match, include));
        return all.Where(r => !matched.Contains(r.Reference) && (wanted.Contains(r.Reference)
            || RevIncludes.Any(i => i.SourceType == r.Type && Targets(r, i).Any(matched.Contains)))).ToArray();
    }

    private static IEnumerable<string> Targets(IndexRecord record, SearchInclude include)
    {
        foreach (IndexText reference in record.References)
        {
            if (include.Parameter != "*" && !SearchClause.SameReference(reference.Parameter, include.Parameter)) continue;
            if (include.TargetType is null || reference.Value.StartsWith(include.TargetType + "/", StringComparison.Ordinal))
                yield return reference.Value;
        }
    }

    private List<IndexRecord> Sorted(List<IndexRecord> matches)
    {
        IOrderedEnumerable<IndexRecord> ordered = matches.OrderBy(_ => 0);
        foreach (SearchSort sort in Sort)
        {
            ordered = sort.Parameter switch
            {
                "_id" => By(ordered, r => r.Id, sort.Descending, StringComparer.Ordinal),
                "_lastUpdated" => By(ordered, r => r.LastUpdated, sort.Descending, Comparer<long>.Default),
                _ => By(ordered, r => SortKey(r, sort), sort.Descending, SortKeys),
            };
        }
        return ordered.ToList();
    }

    private static IOrderedEnumerable<IndexRecord> By<TKey>(
        IOrderedEnumerable<IndexRecord> records, Func<IndexRecord, TKey> key, bool descending, IComparer<TKey> comparer) =>
        descending ? records.ThenByDescending(key, comparer) : records.ThenBy(key, comparer);

    private static Comparer<(long Time, string Text)> SortKeys { get; } = Comparer<(long Time, string Text)>.Create(
        (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : string.CompareOrdinal(a.Text, b.Text));

    /// <summary>The earliest date (latest when descending), else the first text or code; records without one come last.</summary>
    private static (long, string) SortKey(IndexRecord record, SearchSort sort)
    {
        long? time = null;
        foreach (IndexDate date in record.Dates)
        {
            if (date.Parameter != sort.Parameter) continue;
            long value = sort.Descending ? date.Until : date.From;
            if (time is null || (sort.Descending ? value > time : value < time)) time = value;
        }
        if (time is not null) return (time.Value, "");
        foreach (IndexText text in record.Texts)
            if (text.Parameter == sort.Parameter) return (0, text.Value);
        foreach (IndexToken token in record.Tokens)
            if (token.Parameter == sort.Parameter) return (0, token.Code);
        foreach (IndexText reference in record.References)
            if (reference.Parameter == sort.Parameter) return (0, reference.Value);
        return sort.Descending ? (long.MinValue, "") : (long.MaxValue, "");
    }
}
