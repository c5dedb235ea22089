namespace HealthLedger.Fhir.Search;

/// <summary>What kind of values a search parameter compares.</summary>
public enum SearchKind
{
    /// <summary>Codes, identifiers, booleans.</summary>
    Token,

    /// <summary>Moments and spans of time.</summary>
    Date,

    /// <summary>References to resources.</summary>
    Reference,

    /// <summary>Names and other text.</summary>
    String,
}

/// <summary>A search parameter of one resource type.</summary>
/// <param name="Code">Its name in a query.</param>
/// <param name="Kind">What it compares.</param>
/// <param name="Paths">Where its values are.</param>
internal sealed record SearchParameter(string Code, SearchKind Kind, string[][] Paths);

/// <summary>The parameters of <c>params.txt</c>, by resource type.</summary>
public static class SearchParameters
{
    private static readonly Lazy<Dictionary<string, SearchParameter[]>> Loaded = new(Read);

    /// <summary>The names of the parameters of a type beside the ones every type has (_id, _lastUpdated, patient).</summary>
    public static IReadOnlyList<(string Code, SearchKind Kind)> Of(string type) =>
        For(type).Select(p => (p.Code, p.Kind)).ToArray();

    /// <summary>The parameters of a type; none for a type without any.</summary>
    internal static SearchParameter[] For(string type) => Loaded.Value.GetValueOrDefault(type) ?? [];

    private static Dictionary<string, SearchParameter[]> Read()
    {
        Dictionary<string, SearchParameter[]> all = new(StringComparer.Ordinal);
        foreach (string line in EmbeddedText.Lines("params.txt"))
        {
            string[] parts = line.Split(' ');
            all.Add(parts[0], parts.Skip(1).Select(ReadOne).ToArray());
        }
        return all;
    }

    private static SearchParameter ReadOne(string text)
    {
        string[] parts = text.Split(':');
        SearchKind kind = parts[1] switch
        {
            "t" => SearchKind.Token,
            "d" => SearchKind.Date,
            "r" => SearchKind.Reference,
            _ => SearchKind.String,
        };
        return new SearchParameter(string.Intern(parts[0]), kind, parts[2].Split(',').Select(p => p.Split('.')).ToArray());
    }
}
