using System.Text;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;

namespace HealthLedger.Fhir.Tests.Structure;

public class StructureCheckTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","animal":{}}""", "Patient", "structure")]
    [InlineData("""{"resourceType":"Patients"}""", "Patients", "not-supported")]
    [InlineData("""{"resourceType":"Patient","name":{"family":"x"}}""", "Patient.name", "structure")]
    [InlineData("""{"resourceType":"Patient","name":[]}""", "Patient.name", "structure")]
    [InlineData("""{"resourceType":"Patient","name":[{}]}""", "Patient.name[0]", "structure")]
    [InlineData("""{"resourceType":"Patient","name":["x"]}""", "Patient.name[0]", "structure")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":["x"]}]}""", "Patient.name[0].family", "structure")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":""}]}""", "Patient.name[0].family", "value")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":null}]}""", "Patient.name[0].family", "value")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null]}]}""", "Patient.name[0].given[1]", "value")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", "Patient.active", "value")]
    [InlineData("""{"resourceType":"Patient","active":{}}""", "Patient.active", "structure")]
    [InlineData("""{"resourceType":"Patient","gender":"femal"}""", "Patient.gender", "code-invalid")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970-02-30"}""", "Patient.birthDate", "value")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}""", "Patient", "structure")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"id":"a"}}""", "Patient", "structure")]
    [InlineData("""{"resourceType":"Patient","deceasedString":"no"}""", "Patient", "structure")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"value":"x"}}""", "Patient.birthDate.value", "structure")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{}}""", "Patient.birthDate", "structure")]
    [InlineData("""{"resourceType":"Patient","extension":[{"valueString":"x"}]}""", "Patient.extension[0]", "required")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueString":"x","extension":[{"url":"v","valueString":"x"}]}]}""", "Patient.extension[0]", "invariant")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Patient","contained":[{"resourceType":"Patient"}]}]}""", "Patient.contained[0]", "invariant")]
    [InlineData("""{"resourceType":"Patient","contained":[{"id":"x"}]}""", "Patient.contained[0]", "required")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"#none"}}""", "Patient.managingOrganization", "invariant")]
    [InlineData("""{"resourceType":"Observation","status":"final"}""", "Observation", "required")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":"1.0"}}""", "Observation.valueQuantity.value", "value")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[{"valueInteger":1}]}""", "Observation.component[0]", "required")]
    [InlineData("""{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"text":"active"}}""", "Condition.clinicalStatus", "code-invalid")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"Patient/1","request":{"method":"GET","url":"Patient/1"}}]}""", "Bundle.entry[0]", "invalid")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","nme":1}}]}""", "Bundle.entry[0].resource", "structure")]
    [InlineData("""{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2"}]}]}""", "Questionnaire.item[0].item[0]", "required")]
    public void What_breaks_the_structure_is_reported_where_it_is(string json, string where, string code) =>
        Check(json).Should().ContainSingle().Which.Should().Match<FhirIssue>(i => i.Expression == where && i.Code == code && i.Refuses);

    [Theory]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueString":"x"}]}}""")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2020","_deceasedDateTime":{"id":"a"}}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"x"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}],"managingOrganization":{"reference":"#o"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00}}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"Patient"}}]}]}""")]
    public void What_R4_allows_passes(string json) => Check(json).Should().BeEmpty();

    [Theory]
    [InlineData("dateTime", "2020", true)]
    [InlineData("dateTime", "2020-13", false)]
    [InlineData("dateTime", "2020-02-29T10:00:00Z", true)]
    [InlineData("dateTime", "2021-02-29T10:00:00Z", false)]
    [InlineData("dateTime", "2020-02-29T10:00:00", false)]
    [InlineData("dateTime", "2020-02-29T10:00Z", false)]
    [InlineData("dateTime", "2020-02-29T10:00:00.123456789+14:00", true)]
    [InlineData("dateTime", "2020-02-29T10:00:00+14:01", false)]
    [InlineData("dateTime", "2020-02-29T24:00:00Z", false)]
    [InlineData("dateTime", "2020-02-29T23:59:60Z", true)]
    [InlineData("dateTime", "0000", false)]
    [InlineData("date", "2020-01-01T00:00:00Z", false)]
    [InlineData("date", "2020-1-1", false)]
    [InlineData("instant", "2020-01-01", false)]
    [InlineData("instant", "2020-01-01T00:00:00.000Z", true)]
    [InlineData("time", "12:30:00", true)]
    [InlineData("time", "12:30", false)]
    [InlineData("time", "12:30:00Z", false)]
    [InlineData("code", "a b", true)]
    [InlineData("code", "a  b", false)]
    [InlineData("code", " a", false)]
    [InlineData("id", "A-z.0", true)]
    [InlineData("id", "a_b", false)]
    [InlineData("id", "12345678901234567890123456789012345678901234567890123456789012345", false)]
    [InlineData("uri", "urn:x y", false)]
    [InlineData("uri", "anything/goes#here", true)]
    [InlineData("oid", "urn:oid:1.2.840", true)]
    [InlineData("oid", "urn:oid:1.02", false)]
    [InlineData("oid", "urn:oid:3.1", false)]
    [InlineData("uuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", true)]
    [InlineData("uuid", "urn:uuid:C757873D-ec9a-4326-a141-556f43239520", false)]
    [InlineData("base64Binary", "QUJD", true)]
    [InlineData("base64Binary", "QUJ", false)]
    [InlineData("base64Binary", "QU-D", false)]
    [InlineData("string", "tab\tand\nline", true)]
    [InlineData("string", "bell\a", false)]
    public void A_primitive_string_has_the_form_of_its_type(string type, string value, bool fits)
    {
        string property = "value" + char.ToUpperInvariant(type[0]) + type[1..];
        FhirObject extension = new ObjectBuilder().Add("url", "u").Add(property, value).Build();
        FhirResource patient = FhirResource.From(ObjectBuilder.Resource("Patient").AddAll("extension", extension).Build())!;
        StructureCheck.Check(patient).Count.Should().Be(fits ? 0 : 1);
    }

    [Theory]
    [InlineData("integer", "-2147483648", true)]
    [InlineData("integer", "2147483648", false)]
    [InlineData("integer", "1.0", false)]
    [InlineData("integer", "1e2", false)]
    [InlineData("positiveInt", "0", false)]
    [InlineData("positiveInt", "1", true)]
    [InlineData("unsignedInt", "0", true)]
    [InlineData("unsignedInt", "-1", false)]
    [InlineData("decimal", "-1.00e+10", true)]
    [InlineData("decimal", "99999999999999999999999999999999999.9", true)]
    public void A_number_has_the_form_of_its_type(string type, string value, bool fits) =>
        Check($$"""{"resourceType":"Patient","extension":[{"url":"u","value{{char.ToUpperInvariant(type[0])}}{{type[1..]}}":{{value}}}]}""")
            .Count.Should().Be(fits ? 0 : 1);

    [Theory]
    [InlineData("<p>x</p>")]
    [InlineData("<p style=\"color: red\">x</p>")]
    [InlineData("a <b>b</b> &amp; &#x20AC; <br/><img src='data:image/png;base64,AA' alt=\"x\"/><!-- note -->")]
    [InlineData("<table><tr><td colspan=\"2\">x</td></tr></table><a href=\"https://example.org/?a=b\">y</a>")]
    public void A_formatting_narrative_passes(string inner) => Narrative(inner).Should().BeEmpty();

    [Theory]
    [InlineData("<script>x</script>")]
    [InlineData("<p onclick=\"x()\">x</p>")]
    [InlineData("<a href=\"javascript:x()\">x</a>")]
    [InlineData("<a href=\" java\tscript:x()\">x</a>")]
    [InlineData("<a href=\"&#106;avascript:x()\">x</a>")]
    [InlineData("<a href='data:text/html,x'>x</a>")]
    [InlineData("<iframe src='x'/>")]
    [InlineData("<object/>")]
    [InlineData("<p>x")]
    [InlineData("<p>x</b>")]
    [InlineData("&reg;")]
    [InlineData("<!DOCTYPE x>")]
    [InlineData("<?xml-stylesheet href='x'?>")]
    [InlineData("<![CDATA[x]]>")]
    [InlineData("<p class=x>x</p>")]
    [InlineData("</div><div>")]
    [InlineData("<form action='x'/>")]
    [InlineData("<p style='background:url(javaScript:x)'>x</p>")]
    [InlineData("<p style='width:e\\xpression(x)'>x</p>")]
    [InlineData("<svg/>")]
    public void A_narrative_that_could_run_or_deceive_is_refused(string inner) => Narrative(inner).Should().ContainSingle();

    [Fact]
    public void A_flood_of_faults_is_cut_off()
    {
        string many = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"x{i}\":1"));
        Check($"{{\"resourceType\":\"Patient\",{many}}}").Should().HaveCount(StructureCheck.IssuesMax);
    }

    [Fact]
    public void Many_local_references_among_many_contained_resources_stay_cheap()
    {
        string contained = string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"{{\"resourceType\":\"Patient\",\"id\":\"c{i}\",\"active\":true}}"));
        string links = string.Join(',', Enumerable.Repeat("{\"reference\":\"#c49999\"}", 50_000));
        Check($"{{\"resourceType\":\"Patient\",\"contained\":[{contained}],\"generalPractitioner\":[{links}]}}").Should().BeEmpty();
    }

    [Fact]
    public void No_message_repeats_a_value()
    {
        string json = """{"resourceType":"Patient","gender":"SECRET","birthDate":"SECRET","id":"SEC RET","name":[{"family":7,"SECRET<>":1}],"text":{"status":"SECRET","div":"SECRET"}}""";
        Check(json).Should().HaveCountGreaterThan(5);
        Check(json).Select(i => i.Diagnostics + i.Expression).Should().NotContain(t => t.Contains("SECRET") || t.Contains("SEC RET"));
    }

    private static IReadOnlyList<FhirIssue> Narrative(string inner)
    {
        FhirObject text = new ObjectBuilder().Add("status", "generated").Add("div", $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{inner}</div>").Build();
        return StructureCheck.Check(FhirResource.From(ObjectBuilder.Resource("Patient").Add("text", text).Build())!);
    }

    private static IReadOnlyList<FhirIssue> Check(string json)
    {
        FhirParse parse = FhirJson.Parse(Encoding.UTF8.GetBytes(json));
        parse.Issues.Should().BeEmpty();
        return StructureCheck.Check(parse.Resource!);
    }
}
