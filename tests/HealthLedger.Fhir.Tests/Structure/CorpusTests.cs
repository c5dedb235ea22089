using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Tests.Support;

namespace HealthLedger.Fhir.Tests.Structure;

public class CorpusTests
{
    /// <summary>Its data is the name of a file that the publisher's tool did not put in, which is not base64.</summary>
    private const string Unfinished = "Binary-B-ink.json";

    [Theory]
    [InlineData("fhir-synthea")]
    [InlineData("fhir-examples/r4-core")]
    [InlineData("fhir-examples/r4-bundles")]
    [InlineData("fhir-examples/ips-2.0.0")]
    [InlineData("fhir-examples/ihe-balp-audit")]
    [InlineData("fhir-examples/ihe-pcf-consent")]
    [InlineData("fhir-examples/ds4p-labels")]
    public void Every_published_resource_passes(string folder)
    {
        List<string> refused = [];
        int count = 0;
        foreach ((string name, byte[] utf8) in Corpus.Resources(folder))
        {
            count++;
            if (name == Unfinished) continue;
            FhirParse parse = FhirJson.Parse(utf8);
            IReadOnlyList<FhirIssue> issues = parse.Resource is null ? parse.Issues : StructureCheck.Check(parse.Resource);
            refused.AddRange(issues.Take(3).Select(i => $"{name}: {i.Expression}: {i.Diagnostics}"));
        }
        count.Should().BePositive();
        refused.Should().BeEmpty();
    }
}
