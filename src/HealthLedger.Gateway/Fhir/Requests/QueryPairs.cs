using Microsoft.AspNetCore.WebUtilities;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>The pairs of query strings.</summary>
internal static class QueryPairs
{
    /// <summary>The pairs of a query string, decoded, in order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string? query)
    {
        List<KeyValuePair<string, string>> pairs = [];
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query))
            pairs.Add(new KeyValuePair<string, string>(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        return pairs;
    }

    /// <summary>The query string of pairs, with its question mark; empty for none.</summary>
    public static string ToString(IReadOnlyList<KeyValuePair<string, string>> pairs) =>
        pairs.Count == 0 ? "" : "?" + string.Join('&', pairs.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
}
