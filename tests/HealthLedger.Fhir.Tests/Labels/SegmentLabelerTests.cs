using System.Text;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;

namespace HealthLedger.Fhir.Tests.Labels;

public class SegmentLabelerTests
{
    private const string Act = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string Level = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    [Theory]
    [InlineData("AllergyIntolerance", "", "allergies")]
    [InlineData("MedicationRequest", "", "medications")]
    [InlineData("Immunization", "", "immunizations")]
    [InlineData("Encounter", "", "general")]
    [InlineData("Claim", "", "financial")]
    [InlineData("ImagingStudy", "", "imaging")]
    [InlineData("MolecularSequence", "", "genetics")]
    [InlineData("Observation", "laboratory", "laboratory")]
    [InlineData("Observation", "vital-signs", "vital-signs")]
    [InlineData("Observation", "social-history", "general")]
    [InlineData("DiagnosticReport", "LAB", "laboratory")]
    [InlineData("DiagnosticReport", "GE", "genetics")]
    [InlineData("DiagnosticReport", "RAD", "imaging")]
    public void Without_labels_and_sensitive_codes_the_category_and_type_decide(string type, string category, string segment)
    {
        SegmentLabel label = Label($$$"""{"resourceType":"{{{type}}}","category":[{"coding":[{"code":"{{{category}}}"}]}]}""");
        label.Segment.Should().Be(segment);
        label.ConfidentialityCode.Should().Be("N");
        label.Source.Should().Be(LabelSource.Type);
    }

    [Theory]
    [InlineData("http://snomed.info/sct", "86406008", "sexual-health")]
    [InlineData("http://snomed.info/sct", "370143000", "mental-health")]
    [InlineData("http://snomed.info/sct", "706893006", "violence")]
    [InlineData("http://loinc.org", "75626-2", "substance-use")]
    [InlineData("http://loinc.org", "21636-6", "genetics")]
    [InlineData("http://www.nlm.nih.gov/research/umls/rxnorm", "36437", "mental-health")]
    [InlineData("http://hl7.org/fhir/sid/icd-10-cm", "F32.9", "mental-health")]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "F10.2", "substance-use")]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "B20", "sexual-health")]
    public void A_sensitive_code_decides_where_a_label_is_missing(string system, string code, string segment)
    {
        SegmentLabel label = Label($$$"""{"resourceType":"Condition","code":{"coding":[{"system":"http://other","code":"x"},{"system":"{{{system}}}","code":"{{{code}}}"}]}}""");
        (label.Segment, label.ConfidentialityCode, label.Source).Should().Be((segment, "R", LabelSource.Code));
        label.IsEmergency.Should().BeFalse();
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "F17.2")]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "I10")]
    [InlineData("http://snomed.info/sct", "F32")]
    [InlineData("http://local", "86406008")]
    public void A_code_of_another_system_or_meaning_does_not(string system, string code) =>
        Label($$$"""{"resourceType":"Condition","code":{"coding":[{"system":"{{{system}}}","code":"{{{code}}}"}]}}""").Segment.Should().Be("general");

    [Fact]
    public void A_claim_for_a_sensitive_service_is_as_protected_as_the_service() =>
        Label("""{"resourceType":"Claim","item":[{"productOrService":{"coding":[{"system":"http://snomed.info/sct","code":"31676001"}]}}]}""")
            .Segment.Should().Be("sexual-health");

    [Theory]
    [InlineData("ETH", "substance-use")]
    [InlineData("OPIOIDUD", "substance-use")]
    [InlineData("HIV", "sexual-health")]
    [InlineData("PSYTHPN", "mental-health")]
    [InlineData("SDV", "violence")]
    [InlineData("GDIS", "genetics")]
    public void A_sensitivity_label_decides_before_codes(string code, string segment)
    {
        SegmentLabel label = Label($$$"""{"resourceType":"Observation","meta":{"security":[{"system":"{{{Act}}}","code":"{{{code}}}"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"706893006"}]}}""");
        (label.Segment, label.Source).Should().Be((segment, LabelSource.SecurityLabel));
        label.Sensitivities.Should().Contain("violence");
    }

    [Fact]
    public void Confidentiality_is_the_highest_of_the_resource_and_what_it_contains()
    {
        Label($$$"""{"resourceType":"Observation","meta":{"security":[{"system":"{{{Level}}}","code":"L"},{"system":"{{{Level}}}","code":"R"}]}}""").ConfidentialityCode.Should().Be("R");
        Label($$$"""{"resourceType":"Observation","meta":{"security":[{"system":"{{{Level}}}","code":"L"}]}}""").ConfidentialityCode.Should().Be("L");
        Label($$$"""{"resourceType":"Observation","contained":[{"resourceType":"Patient","meta":{"security":[{"system":"{{{Level}}}","code":"V"}]}}]}""").ConfidentialityCode.Should().Be("V");
        Label($$$"""{"resourceType":"Observation","meta":{"security":[{"system":"{{{Act}}}","code":"SPI"}]}}""").ConfidentialityCode.Should().Be("R");
        Label($$$"""{"resourceType":"Observation","meta":{"security":[{"system":"{{{Act}}}","code":"HIV"},{"system":"{{{Level}}}","code":"L"}]}}""").ConfidentialityCode.Should().Be("R");
    }

    [Fact]
    public void Several_sensitive_matters_go_to_the_one_whose_disclosure_harms_most()
    {
        SegmentLabel label = Label("""{"resourceType":"Condition","code":{"coding":[{"system":"http://snomed.info/sct","code":"370143000"},{"system":"http://snomed.info/sct","code":"86406008"}]}}""");
        label.Segment.Should().Be("sexual-health");
        label.Sensitivities.Should().BeEquivalentTo("sexual-health", "mental-health");
    }

    [Fact]
    public void No_sensitive_segment_is_an_emergency_segment()
    {
        Segments.Emergency.Intersect(Segments.Sensitive).Should().BeEmpty();
        Segments.All.Should().Contain(Segments.Emergency).And.Contain(Segments.Sensitive).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_table_names_only_segments_that_exist()
    {
        IEnumerable<string> named = EmbeddedText.Lines("codes.txt").Select(l => l.Split(' ')[0]).Distinct();
        named.Except(Segments.All).Should().Equal("restricted");
    }

    private static SegmentLabel Label(string json) => SegmentLabeler.Label(FhirJson.Parse(Encoding.UTF8.GetBytes(json)).Resource!);
}
