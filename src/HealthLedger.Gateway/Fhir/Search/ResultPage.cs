using System.Globalization;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Search;

/// <summary>Builds the searchset of a page.</summary>
internal static class ResultPage
{
    /// <summary>The Bundle of opened records.</summary>
    /// <param name="fhirBase">The address of the door.</param>
    /// <param name="matches">What was searched for.</param>
    /// <param name="included">What is added.</param>
    /// <param name="total">How many match on all pages.</param>
    /// <param name="links">Self and next.</param>
    /// <param name="outcome">What was ignored, or null.</param>
    /// <param name="receipt">The access that the page rests on.</param>
    public static FhirAnswer Build(
        string fhirBase, IEnumerable<StoredRecord> matches, IEnumerable<StoredRecord> included, int total, IEnumerable<BundleLink> links, FhirResource? outcome, ReceiptLink? receipt)
    {
        List<SearchEntry> entries = [];
        foreach ((StoredRecord record, string mode) in matches.Select(record => (record, "match")).Concat(included.Select(record => (record, "include"))))
        {
            if (!record.Resource().TryGet(out FhirResource? resource, out Fault fault)) return FhirAnswer.Of(fault, receipt);
            entries.Add(new SearchEntry(resource, $"{fhirBase}/{record.Index.Reference}", mode));
        }
        if (outcome is not null) entries.Add(new SearchEntry(outcome, null, "outcome"));
        IEnumerable<BundleLink> all = receipt is { } link ? links.Append(new BundleLink(ReceiptLink.Relation, link.Path)) : links;
        return FhirAnswer.Found(Bundles.SearchSet(entries, total, all), receipt);
    }

    /// <summary>The link to the next page.</summary>
    public static BundleLink Next(string fhirBase, string path, string token) => new("next", string.Create(CultureInfo.InvariantCulture, $"{fhirBase}/{path}?_page={token}"));
}
