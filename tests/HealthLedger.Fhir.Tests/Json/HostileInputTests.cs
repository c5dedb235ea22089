using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.TestMaterial;

namespace HealthLedger.Fhir.Tests.Json;

public class HostileInputTests
{
    /// <summary>Accepted by the suite, refused here: two readers of a duplicate name could see two different patients.</summary>
    private static readonly string[] RefusedOnPurpose = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

    /// <summary>Left open by the suite and taken here; all other i_ files are refused.</summary>
    private static readonly string[] TakenOfTheOpenOnes =
    [
        "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json", "i_number_neg_int_huge_exp.json",
        "i_number_pos_double_huge_exp.json", "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
        "i_number_real_underflow.json", "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json", "i_structure_UTF-8_BOM_empty_object.json",
    ];

    [Fact]
    public void JSONTestSuite_is_accepted_and_refused_as_it_says()
    {
        List<string> wrong = [];
        foreach (string file in Directory.EnumerateFiles(SharedData.Require("malicious/json-test-suite/test_parsing")))
        {
            string name = Path.GetFileName(file);
            bool taken = FhirJson.ParseValue(File.ReadAllBytes(file)).Issue is null;
            bool wanted = name[0] switch
            {
                'y' => !RefusedOnPurpose.Contains(name),
                'n' => false,
                _ => TakenOfTheOpenOnes.Contains(name),
            };
            if (taken != wanted) wrong.Add($"{name}: {(taken ? "taken" : "refused")}");
        }
        wrong.Should().BeEmpty();
    }

    [Theory]
    [InlineData("malicious/json-test-suite")]
    [InlineData("malicious/generated")]
    [InlineData("malicious/fhir")]
    [InlineData("malicious/utf8")]
    [InlineData("malicious/naughty-strings")]
    [InlineData("malicious/xml-defusedxml")]
    [InlineData("fhir-examples/validator-cases")]
    [InlineData("hl7v2")]
    public void No_file_makes_the_parser_or_the_check_throw_or_refuse_without_a_reason(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(SharedData.Require(folder), "*", SearchOption.AllDirectories))
        {
            FhirParse parse = FhirJson.Parse(File.ReadAllBytes(file));
            if (parse.Resource is null)
                parse.Issues.Should().ContainSingle().Which.Diagnostics.Should().MatchRegex(@"^[A-Z].+\.( \(byte \d+\))?$");
            else
                StructureCheck.Check(parse.Resource).Where(i => i.Expression.Length == 0 || !i.Diagnostics.EndsWith('.')).Should().BeEmpty(file);
        }
    }

    [Theory]
    [InlineData("fhir-lone-surrogate.json")]
    [InlineData("fhir-duplicate-keys.json")]
    [InlineData("fhir-invalid-utf8.json")]
    public void What_is_no_clean_JSON_is_refused(string name) =>
        FhirJson.Parse(File.ReadAllBytes(SharedData.Require("malicious/generated/" + name))).Resource.Should().BeNull();

    [Fact]
    public void No_file_of_ill_formed_utf8_comes_through()
    {
        foreach (byte[] bad in new byte[][] { [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xFF] })
            FhirJson.ParseValue([(byte)'"', .. bad, (byte)'"']).Issue!.Diagnostics.Should().Contain("UTF-8");
    }

    [Fact]
    public void A_lone_surrogate_escape_is_refused_in_every_position()
    {
        foreach (string text in new[] { @"""\ud800""", @"""\udc00""", @"""\ud800\ud800""", @"""\ud800x""", @"""\ud800\u0041""", @"{""\ud800"":1}" })
            FhirJson.ParseValue(System.Text.Encoding.UTF8.GetBytes(text)).Issue.Should().NotBeNull(text);
        FhirJson.ParseValue(@"""\ud83d\ude00"""u8).Node!.AsString.Should().Be("😀");
    }

    [Fact]
    public void Duplicate_names_are_found_among_many_and_through_escapes()
    {
        string many = string.Join(",", Enumerable.Range(0, 500).Select(i => $"\"n{i}\":{i}"));
        FhirJson.ParseValue(System.Text.Encoding.UTF8.GetBytes($"{{{many}}}")).Issue.Should().BeNull();
        FhirJson.ParseValue(System.Text.Encoding.UTF8.GetBytes($"{{{many},\"n17\":0}}")).Issue!.Code.Should().Be(IssueCodes.Duplicate);
        FhirJson.ParseValue(@"{""id"":1,""\u0069d"":2}"u8).Issue!.Code.Should().Be(IssueCodes.Duplicate);
    }

    [Fact]
    public void Limits_refuse_depth_size_count_and_length()
    {
        FhirLimits limits = new() { MaxBytes = 1000, MaxDepth = 5, MaxNodes = 50, MaxNumberChars = 10, MaxNameBytes = 8 };
        Code("[[[[[1]]]]]").Should().BeNull();
        Code("[[[[[[1]]]]]]").Should().Be(IssueCodes.TooCostly);
        Code("[" + string.Join(',', Enumerable.Repeat("1", 49)) + "]").Should().BeNull();
        Code("[" + string.Join(',', Enumerable.Repeat("1", 50)) + "]").Should().Be(IssueCodes.TooCostly);
        Code("1234567890").Should().BeNull();
        Code("12345678901").Should().Be(IssueCodes.TooLong);
        Code("{\"12345678\":1}").Should().BeNull();
        Code("{\"123456789\":1}").Should().Be(IssueCodes.TooLong);
        Code("{\"\\u0031234567890\":1}").Should().Be(IssueCodes.TooLong);
        Code("\"" + new string('x', 1000) + "\"").Should().Be(IssueCodes.TooLong);

        string? Code(string json) => FhirJson.ParseValue(System.Text.Encoding.UTF8.GetBytes(json), limits).Issue?.Code;
    }

    [Fact]
    public void A_message_says_where_but_never_what()
    {
        FhirIssue issue = FhirJson.Parse("""{"resourceType":"Patient","name":[{"family":"Secret"},{"given":["Hidden",oops]}]}"""u8).Issues.Single();
        issue.Expression.Should().Be("name[1].given[1]");
        issue.Diagnostics.Should().NotContain("Secret").And.NotContain("Hidden").And.NotContain("oops");
    }

    [Fact]
    public void A_name_that_is_no_element_name_is_not_repeated()
    {
        FhirIssue issue = FhirJson.ParseValue("""{"<script>alert(1)</script>":oops}"""u8).Issue!;
        issue.Expression.Should().Be("(name)");
    }

    [Fact]
    public void A_million_brackets_cost_nothing()
    {
        byte[] deep = new byte[1_000_000];
        Array.Fill(deep, (byte)'[');
        FhirJson.ParseValue(deep).Issue!.Code.Should().Be(IssueCodes.TooCostly);
    }
}
