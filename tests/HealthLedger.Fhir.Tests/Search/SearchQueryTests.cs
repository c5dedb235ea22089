using System.Text;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Search;

namespace HealthLedger.Fhir.Tests.Search;

public class SearchQueryTests
{
    private static readonly IndexRecord[] Records = new[]
    {
        """{"resourceType":"Patient","id":"p","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},"identifier":[{"system":"http://mrn","value":"77"}],"name":[{"family":"Müller-Ångström","given":["José","Ana"]}],"gender":"female","birthDate":"1970-03"}""",
        """{"resourceType":"Observation","id":"o1","status":"final","category":[{"coding":[{"system":"http://c","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"4548-4"},{"system":"http://local","code":"a1c"}]},"subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"},"effectiveDateTime":"2020-05-04T10:30:00+02:00"}""",
        """{"resourceType":"Observation","id":"o2","status":"amended","category":[{"coding":[{"system":"http://c","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p"},"effectivePeriod":{"start":"2021-01-01","end":"2021-03-31"}}""",
        """{"resourceType":"Observation","id":"o3","status":"final","code":{"text":"no code"},"subject":{"reference":"Patient/q"},"effectiveDateTime":"2022"}""",
        """{"resourceType":"Encounter","id":"e","status":"finished","class":{"system":"http://act","code":"AMB"},"type":[{"coding":[{"code":"check"}]}],"subject":{"reference":"Patient/p"},"period":{"start":"2020-05-04T10:00:00Z"}}""",
        """{"resourceType":"Condition","id":"c","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"subject":{"reference":"Patient/p"},"onsetPeriod":{"start":"2019"},"code":{"coding":[{"code":"x,y"}]}}""",
        """{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o1"}],"recorded":"2020-05-04T12:00:00Z","agent":[{"who":{"reference":"Practitioner/d"}}]}""",
        """{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}}""",
    }.Select(j => SearchIndex.Of(FhirJson.Parse(Encoding.UTF8.GetBytes(j)).Resource!)).ToArray();

    [Theory]
    [InlineData("Observation?code=4548-4", "o1")]
    [InlineData("Observation?code=http://loinc.org|4548-4", "o1")]
    [InlineData("Observation?code=http://wrong|4548-4", "")]
    [InlineData("Observation?code=|4548-4", "")]
    [InlineData("Observation?code=http://loinc.org|", "o1,o2")]
    [InlineData("Observation?code=8867-4,4548-4", "o1,o2")]
    [InlineData("Observation?code:not=4548-4", "o2,o3")]
    [InlineData("Observation?category=laboratory&status=final", "o1")]
    [InlineData("Observation?category:missing=true", "o3")]
    [InlineData("Observation?category:missing=false", "o1,o2")]
    [InlineData("Observation?status=final", "o1,o3")]
    [InlineData("Observation?status=final&status=amended", "")]
    [InlineData("Observation?patient=p", "o1,o2")]
    [InlineData("Observation?patient=Patient/p", "o1,o2")]
    [InlineData("Observation?subject=Patient/q", "o3")]
    [InlineData("Observation?subject:Patient=p", "o1,o2")]
    [InlineData("Observation?patient=http://x/fhir/Patient/q", "o3")]
    [InlineData("Observation?encounter=e", "o1")]
    [InlineData("Observation?_id=o1,o3", "o1,o3")]
    [InlineData("Observation?date=2020", "o1")]
    [InlineData("Observation?date=2020-05-04T08:30:00Z", "o1")]
    [InlineData("Observation?date=2020-05-04T08:30Z", "o1")]
    [InlineData("Observation?date=2020-05-04T10:30:00+02:00", "o1")]
    [InlineData("Observation?date=2020-05-04T10:30:00 02:00", "o1")]
    [InlineData("Observation?date=ne2020", "o2,o3")]
    [InlineData("Observation?date=gt2021-02", "o2,o3")]
    [InlineData("Observation?date=ge2022", "o3")]
    [InlineData("Observation?date=lt2021-02", "o1,o2")]
    [InlineData("Observation?date=le2021-03-31", "o1,o2")]
    [InlineData("Observation?date=sa2021-01-31", "o3")]
    [InlineData("Observation?date=eb2021", "o1")]
    [InlineData("Observation?date=ap2021-02", "o2")]
    [InlineData("Observation?date=2021-02", "")]
    [InlineData("Observation?date=ge2021&date=lt2022", "o2")]
    [InlineData("Observation?_sort=-date", "o3,o2,o1")]
    [InlineData("Observation?_sort=status,-_id", "o2,o3,o1")]
    [InlineData("Patient?name=mull", "p")]
    [InlineData("Patient?name=JOSE", "p")]
    [InlineData("Patient?family=angstrom", "")]
    [InlineData("Patient?family:contains=angstrom", "p")]
    [InlineData("Patient?family:exact=müller-ångström", "p")]
    [InlineData("Patient?given=an", "p")]
    [InlineData("Patient?given:exact=an", "")]
    [InlineData("Patient?identifier=http://mrn|77", "p")]
    [InlineData("Patient?identifier=77&gender=female", "p")]
    [InlineData("Patient?birthdate=1970", "p")]
    [InlineData("Patient?birthdate=1970-03-01", "")]
    [InlineData("Patient?birthdate=ge1970-03&birthdate=lt1970-04", "p")]
    [InlineData("Patient?_lastUpdated=gt2026-01-05", "")]
    [InlineData("Patient?_lastUpdated=ge2026-01-05", "p")]
    [InlineData("Patient?_lastUpdated=2026-01", "p")]
    [InlineData("Encounter?class=AMB&type=check&date=2020-05-04", "")]
    [InlineData("Encounter?date=ge2020-05-04", "e")]
    [InlineData("Encounter?date=gt2035", "e")]
    [InlineData("Condition?clinical-status=active&onset-date=ge2018", "c")]
    [InlineData("Condition?code=x\\,y", "c")]
    [InlineData("AllergyIntolerance?patient=p", "a")]
    [InlineData("Provenance?target=Observation/o1", "v")]
    public void A_search_finds_what_it_names(string search, string ids)
    {
        SearchParse parse = Parse(search);
        parse.Issues.Should().BeEmpty();
        string[] found = parse.Query!.Evaluate(Records).Select(r => r.Id).ToArray();
        string.Join(',', found).Should().Be(ids);
    }

    [Theory]
    [InlineData("Observation?colour=red", "not-supported")]
    [InlineData("Observation?code:text=sugar", "not-supported")]
    [InlineData("Observation?code:in=http://vs", "not-supported")]
    [InlineData("Observation?patient.name=x", "not-supported")]
    [InlineData("Observation?patient:Patient.name=x", "not-supported")]
    [InlineData("Observation?_has:Provenance:target:agent=x", "not-supported")]
    [InlineData("Observation?patient:identifier=x|y", "not-supported")]
    [InlineData("Observation?date=yesterday", "value")]
    [InlineData("Observation?date=xx2020", "value")]
    [InlineData("Observation?date=2020-02-30", "value")]
    [InlineData("Observation?patient=a b", "value")]
    [InlineData("Observation?subject:Patient=Group/1", "value")]
    [InlineData("Observation?code=", "value")]
    [InlineData("Observation?code=a,,b", "value")]
    [InlineData("Observation?code=|", "value")]
    [InlineData("Observation?_count=-1", "value")]
    [InlineData("Observation?_count=x", "value")]
    [InlineData("Observation?_sort=colour", "not-supported")]
    [InlineData("Observation?_include=Observation:colour", "not-supported")]
    [InlineData("Observation?_include=Nobody:subject", "not-supported")]
    [InlineData("Observation?_summary=text", "not-supported")]
    [InlineData("Observation?_query=x", "not-supported")]
    [InlineData("Observation?_filter=x", "not-supported")]
    [InlineData("Observation?_content=x", "not-supported")]
    [InlineData("Observation?code:missing=perhaps", "value")]
    [InlineData("Nobody?x=1", "not-supported")]
    public void What_is_not_understood_is_an_error_and_never_ignored(string search, string code)
    {
        SearchParse parse = Parse(search);
        parse.Query.Should().BeNull();
        parse.Issues.Should().ContainSingle().Which.Code.Should().Be(code);
    }

    [Fact]
    public void Includes_add_what_matches_refer_to_and_what_refers_to_them()
    {
        SearchQuery query = Parse("Observation?code=4548-4&_include=Observation:subject&_include=Observation:encounter&_revinclude=Provenance:target").Query!;
        IReadOnlyList<IndexRecord> matches = query.Evaluate(Records);
        query.Included(matches, Records).Select(r => r.Id).Should().Equal("p", "e", "v");
        SearchQuery typed = Parse("Observation?code=4548-4&_include=Observation:subject:Group").Query!;
        typed.Included(matches, Records).Should().BeEmpty();
    }

    [Fact]
    public void A_query_tells_whose_records_it_is_about_and_how_many_it_wants()
    {
        SearchQuery query = Parse("Observation?patient=Patient/p&_count=20&_sort=-date").Query!;
        (query.Patients.Single(), query.Count, query.Sort.Single().Descending, query.CountOnly).Should().Be(("p", 20, true, false));
        Parse("Observation?_summary=count").Query!.CountOnly.Should().BeTrue();
        Parse("Patient?_id=p").Query!.Patients.Should().Equal("p");
    }

    [Fact]
    public void What_belongs_to_a_patient_is_found_though_it_does_not_name_the_patient()
    {
        FhirResource provenance = FhirJson.Parse("""{"resourceType":"Provenance","id":"v2","target":[{"reference":"Observation/o1"}]}"""u8).Resource!;
        IndexRecord owned = SearchIndex.Of(provenance, owner: "p");
        Parse("Provenance?patient=p").Query!.Evaluate([.. Records, owned]).Should().Equal(owned);
        Parse("Provenance?patient=q").Query!.Evaluate([owned]).Should().BeEmpty();
    }

    [Fact]
    public void Too_many_parameters_values_and_characters_are_refused()
    {
        SearchQuery.Parse("Observation", Enumerable.Repeat(new KeyValuePair<string, string>("code", "x"), 65)).Query.Should().BeNull();
        SearchQuery.Parse("Observation", [new("code", new string('x', 5000))]).Query.Should().BeNull();
        SearchQuery.Parse("Observation", [new("code", string.Join(',', Enumerable.Repeat("x", 600)))]).Query.Should().BeNull();
    }

    [Fact]
    public void Every_search_of_every_type_over_odd_values_gives_a_query_or_issues()
    {
        string[] odd = ["", ",", "|", "\\", "$", "ge", "2020-99", "é\u0000", "a|b|c", "Patient/", "true", "-1", "\ud800"];
        foreach (string type in HealthLedger.Fhir.Structure.StructureCheck.ResourceTypes)
            foreach ((string code, _) in SearchParameters.Of(type))
                foreach (string value in odd)
                {
                    SearchParse parse = SearchQuery.Parse(type, [new(code, value)]);
                    (parse.Query is null).Should().Be(parse.Issues.Any(i => i.Refuses));
                    parse.Query?.Evaluate(Records);
                }
    }

    private static SearchParse Parse(string search)
    {
        string[] parts = search.Split('?', 2);
        return SearchQuery.Parse(parts[0], parts[1].Split('&').Select(p => p.Split('=', 2)).Select(p => new KeyValuePair<string, string>(p[0], p[1])));
    }
}
