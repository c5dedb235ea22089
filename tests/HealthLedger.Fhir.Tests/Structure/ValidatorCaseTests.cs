using System.Text.Json;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.TestMaterial;

namespace HealthLedger.Fhir.Tests.Structure;

/// <summary>The JSON cases of the HL7 reference validator, its verdict beside ours.</summary>
public class ValidatorCaseTests
{
    private const string Terminology = "the codes and display names of a terminology server";
    private const string Profile = "a profile";
    private const string Resolution = "what a reference, link or slice points to elsewhere";
    private const string Rule = "a rule of one resource type";
    private const string Release = "another release of FHIR than R4";
    private const string Option = "the case switches a check of the validator off";

    /// <summary>Where we judge otherwise, and which of these it needs, none of which is structure of R4.</summary>
    private static readonly Dictionary<string, string> OutOfScope = new()
    {
        ["attachment-with-wrong-size"] = Rule,
        ["list-contained-bad-json"] = Release,
        ["list-minimal"] = Release,
        ["list-xhtml-correct1"] = Release,
        ["mr-covid-bnd1"] = Terminology,
        ["sp-diff-type"] = Rule,
        ["sp-diff-base"] = Rule,
        ["sp-composite"] = Rule,
        ["parameters-reference-bad"] = Resolution,
        ["bundle-duplicate-ids-not"] = Terminology,
        ["us-docref.json"] = Profile,
        ["bundle-id-2"] = Rule,
        ["bundle-id-3"] = Terminology,
        ["bundle-id-4"] = Terminology,
        ["bundle-id-5"] = Terminology,
        ["shc-cvx"] = Terminology,
        ["uk-msg"] = Terminology,
        ["contained-resource-bad-id-ignore"] = Option,
        ["bundle-conformsto"] = Profile,
        ["no.gastronet"] = Terminology,
        ["mimic"] = Terminology,
        ["json-comments-1-yes"] = Option,
        ["json-comments-2-yes"] = Option,
        ["bundle-urn"] = Resolution,
        ["bundle-conditional-reference-bad"] = Resolution,
        ["obs-decimal"] = Release,
        ["params-ws"] = Release,
        ["ai5"] = Profile,
        ["ai6"] = Profile,
        ["capstmt-deprecated"] = Release,
        ["capstmt-deprecated-profile"] = Release,
        ["ips-nz-pj"] = Terminology,
        ["ips-link"] = Resolution,
        ["signatures-example-2"] = Rule,
    };

    [Fact]
    public void Every_case_in_scope_gets_the_verdict_of_the_reference_validator()
    {
        string folder = SharedData.Require("fhir-examples/validator-cases");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "_expected.dev.json")));
        List<string> wrong = [];
        int agreed = 0;
        foreach (JsonElement test in expected.RootElement.GetProperty("cases").EnumerateArray())
        {
            string name = test.GetProperty("name").GetString()!;
            string file = Path.Combine(folder, test.GetProperty("file").GetString()!);
            if (!file.EndsWith(".json", StringComparison.Ordinal) || Errors(test) is not { } theirs) continue;
            FhirParse parse = FhirJson.Parse(File.ReadAllBytes(file));
            IReadOnlyList<FhirIssue> ours = parse.Resource is null ? parse.Issues : StructureCheck.Check(parse.Resource);
            if (theirs.Length > 0 == ours.Count > 0) agreed++;
            else if (!OutOfScope.ContainsKey(name))
                wrong.Add($"{name}: theirs {string.Join("; ", theirs.Take(2))}, ours {string.Join("; ", ours.Take(2).Select(o => o.Expression + " " + o.Diagnostics))}");
        }
        wrong.Should().BeEmpty();
        agreed.Should().BeGreaterThan(60);
    }

    /// <summary>The errors of a case; null when its outcome is not recorded.</summary>
    private static string[]? Errors(JsonElement test)
    {
        if (test.TryGetProperty("issues", out JsonElement issues))
            return issues.EnumerateArray().Where(i => i.GetProperty("severity").GetString() is "error" or "fatal")
                .Select(i => i.GetProperty("text").GetString()!).ToArray();
        if (!test.TryGetProperty("java", out JsonElement java) || !java.TryGetProperty("output", out JsonElement output)) return null;
        return output.EnumerateArray().Select(o => o.GetString()!)
            .Where(o => o.StartsWith("ERROR", StringComparison.Ordinal) || o.StartsWith("FATAL", StringComparison.Ordinal)).ToArray();
    }
}
