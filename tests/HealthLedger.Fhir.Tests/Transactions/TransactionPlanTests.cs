using System.Text;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Tests.Transactions;

public class TransactionPlanTests
{
    [Fact]
    public void References_between_entries_become_the_assigned_ids_even_in_a_circle()
    {
        TransactionPlan plan = Plan("transaction",
            Entry("urn:uuid:a", """{"resourceType":"Patient","generalPractitioner":[{"reference":"urn:uuid:b"}]}"""),
            Entry("urn:uuid:b", """{"resourceType":"Practitioner","extension":[{"url":"u","valueReference":{"reference":"urn:uuid:a"}}]}"""));
        plan.IsRefused.Should().BeFalse();
        Text(plan.Entries[0]).Should().Be("""{"resourceType":"Patient","id":"new-0","generalPractitioner":[{"reference":"Practitioner/new-1"}]}""");
        Text(plan.Entries[1]).Should().Contain("\"reference\":\"Patient/new-0\"");
    }

    [Fact]
    public void A_resource_may_refer_to_itself()
    {
        TransactionPlan plan = Plan("transaction", Entry("urn:uuid:a", """{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:a"},"type":"seealso"}]}"""));
        plan.Entries[0].Patients.Should().Equal("new-0");
        plan.IsRefused.Should().BeFalse();
    }

    [Fact]
    public void Absolute_and_relative_references_to_an_entry_are_rewritten_too()
    {
        TransactionPlan plan = Plan("transaction",
            Entry("http://old.example/fhir/Patient/7", """{"resourceType":"Patient","id":"7"}"""),
            Entry("urn:uuid:b", """{"resourceType":"Condition","subject":{"reference":"Patient/7"},"asserter":{"reference":"http://old.example/fhir/Patient/7"}}"""));
        Text(plan.Entries[1]).Should().Contain("\"subject\":{\"reference\":\"Patient/new-0\"},\"asserter\":{\"reference\":\"Patient/new-0\"}");
        plan.Entries[1].Patients.Should().Equal("new-0");
    }

    [Fact]
    public void A_urn_that_is_no_entry_refuses_its_entry_and_what_depends_on_it()
    {
        TransactionPlan plan = Plan("transaction",
            Entry("urn:uuid:p", """{"resourceType":"Patient"}"""),
            Entry("urn:uuid:e", """{"resourceType":"Encounter","subject":{"reference":"urn:uuid:p"},"serviceProvider":{"reference":"urn:uuid:nowhere"}}"""),
            Entry("urn:uuid:o", """{"resourceType":"Observation","subject":{"reference":"urn:uuid:p"},"encounter":{"reference":"urn:uuid:e"}}"""),
            Entry("urn:uuid:q", """{"resourceType":"Observation","subject":{"reference":"urn:uuid:p"}}"""));
        plan.IsRefused.Should().BeTrue();
        plan.Entries.Select(e => e.IsRefused).Should().Equal(false, true, true, false);
        plan.Entries[1].Issues.Single().Should().Match<FhirIssue>(i => i.Code == "not-found" && i.Expression == "Bundle.entry[1].resource");
        plan.Entries[2].Issues.Single().Diagnostics.Should().Contain("entry 1");
    }

    [Fact]
    public void A_urn_that_is_only_a_uri_is_left_alone()
    {
        string resource = """{"resourceType":"Patient","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:a"}],"extension":[{"url":"urn:uuid:zzz","valueUri":"urn:uuid:yyy"}]}""";
        TransactionPlan plan = Plan("transaction", Entry("urn:uuid:a", resource));
        plan.IsRefused.Should().BeFalse();
        plan.Entries[0].Resource!.WithId(null).ToUtf8Bytes().Should().Equal(Encoding.UTF8.GetBytes(resource));
    }

    [Fact]
    public void A_conditional_reference_is_searched_once_and_replaced()
    {
        List<string> asked = [];
        TransactionPlan plan = Plan("transaction", new TransactionOptions
        {
            NewId = (_, _) => "x" + asked.Count,
            CheckStructure = false,
            Resolve = (type, query) =>
            {
                asked.Add($"{type}?{query}");
                return ConditionalMatch.One("dr-9");
            },
        }, Entry(null, Conditional), Entry(null, Conditional));
        asked.Should().Equal("Practitioner?identifier=http://npi|9");
        Text(plan.Entries[0]).Should().Contain("\"reference\":\"Practitioner/dr-9\"");
    }

    [Fact]
    public void A_conditional_reference_to_nothing_refuses_or_becomes_a_logical_one_as_asked()
    {
        Plan("batch", Entry(null, Conditional)).Entries[0].Issues.Single().Code.Should().Be("not-found");
        TransactionPlan kept = Plan("batch", new TransactionOptions { NewId = (_, _) => "x", CheckStructure = false, KeepUnresolvedAsLogical = true }, Entry(null, Conditional));
        kept.Entries[0].IsRefused.Should().BeFalse();
        kept.Entries[0].Issues.Single().Severity.Should().Be(IssueSeverity.Warning);
        Text(kept.Entries[0]).Should().Contain("""{"display":"Dr","type":"Practitioner","identifier":{"system":"http://npi","value":"9"}}""");
    }

    [Fact]
    public void A_conditional_reference_finds_an_entry_of_the_same_transaction()
    {
        string practitioner = """{"resourceType":"Practitioner","identifier":[{"system":"http://npi","value":"9"}]}""";
        TransactionPlan plan = Plan("transaction", Entry(null, Conditional), Entry("urn:uuid:d", practitioner));
        Text(plan.Entries[0]).Should().Contain("\"reference\":\"Practitioner/new-1\"");
        Plan("transaction", Entry(null, Conditional), Entry("urn:uuid:d", practitioner), Entry("urn:uuid:e", practitioner))
            .Entries[0].IsRefused.Should().BeTrue("two have the identifier");
    }

    [Fact]
    public void A_resource_that_breaks_the_structure_refuses_its_entry_and_says_where()
    {
        string bundle = """{"resourceType":"Observation","status":"done","code":{"text":"x"},"subject":{"reference":"urn:uuid:p"}}""";
        TransactionPlan plan = Plan("transaction", Counting() with { CheckStructure = true }, Entry("urn:uuid:p", """{"resourceType":"Patient"}"""), Entry(null, bundle));
        plan.Entries[1].Issues.Single().Should().Match<FhirIssue>(i => i.Code == "code-invalid" && i.Expression == "Bundle.entry[1].resource.status");
    }

    [Fact]
    public void A_condition_that_finds_several_refuses()
    {
        TransactionPlan plan = Plan("batch", new TransactionOptions { NewId = (_, _) => "x", CheckStructure = false, Resolve = (_, _) => new ConditionalMatch(2, null) },
            Entry(null, Conditional),
            Entry(null, """{"resourceType":"Patient"}""", """ "method":"POST","url":"Patient","ifNoneExist":"identifier=1" """),
            Entry(null, """{"resourceType":"Patient"}""", """ "method":"PUT","url":"Patient?identifier=1" """));
        plan.Entries.Should().OnlyContain(e => e.IsRefused && e.Issues.Any(i => i.Code == "multiple-matches"));
    }

    [Fact]
    public void A_conditional_create_of_what_exists_stores_nothing_and_is_referred_to()
    {
        TransactionPlan plan = Plan("transaction", new TransactionOptions { NewId = (_, _) => "x", CheckStructure = false, Resolve = (_, _) => ConditionalMatch.One("there") },
            Entry("urn:uuid:p", """{"resourceType":"Patient"}""", """ "method":"POST","url":"Patient","ifNoneExist":"identifier=1" """),
            Entry(null, """{"resourceType":"Condition","subject":{"reference":"urn:uuid:p"}}"""));
        plan.Entries[0].Action.Should().Be(EntryAction.Existing);
        plan.Entries[1].Patients.Should().Equal("there");
    }

    [Fact]
    public void In_a_batch_entries_cannot_refer_to_each_other()
    {
        TransactionPlan plan = Plan("batch",
            Entry("urn:uuid:p", """{"resourceType":"Patient"}"""),
            Entry(null, """{"resourceType":"Condition","subject":{"reference":"urn:uuid:p"}}"""));
        plan.Entries.Select(e => e.IsRefused).Should().Equal(false, true);
        plan.IsRefused.Should().BeFalse("a batch goes on with the others");
    }

    [Fact]
    public void A_collection_needs_no_requests_and_may_refer_within()
    {
        FhirResource bundle = Parse("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Condition","subject":{"reference":"urn:uuid:p"}}}]}""");
        TransactionPlan plan = TransactionPlan.Create(bundle, Counting());
        plan.Entries.Should().OnlyContain(e => e.Action == EntryAction.Create && e.Patients.Single() == "new-0");
    }

    [Fact]
    public void Work_goes_deletes_shared_patient_rest_reads()
    {
        TransactionPlan plan = Plan("transaction",
            Entry(null, null, """ "method":"GET","url":"Patient?_id=1" """),
            Entry(null, """{"resourceType":"Condition","subject":{"reference":"urn:uuid:p"}}"""),
            Entry("urn:uuid:p", """{"resourceType":"Patient"}"""),
            Entry(null, """{"resourceType":"Organization","name":"x"}"""),
            Entry(null, null, """ "method":"DELETE","url":"Observation/1" """));
        plan.Order.Should().Equal(4, 3, 2, 1, 0);
        plan.Patients.Should().Equal("new-1");
    }

    [Theory]
    [InlineData(""" "method":"POST","url":"Observation" """)]
    [InlineData(""" "method":"PUT","url":"Patient/other" """)]
    [InlineData(""" "method":"PUT","url":"../../etc/passwd" """)]
    [InlineData(""" "method":"PUT","url":"Patient/../admin" """)]
    [InlineData(""" "method":"PUT","url":"http://evil.example/Patient/a" """)]
    [InlineData(""" "method":"PATCH","url":"Patient/a" """)]
    [InlineData(""" "method":"DELETE","url":"Patient" """)]
    [InlineData(""" "method":"DELETE","url":"Patient?name=x" """)]
    [InlineData(""" "method":"GET","url":"/etc/passwd" """)]
    [InlineData(""" "url":"Patient" """)]
    public void A_request_that_is_not_understood_refuses_its_entry(string request)
    {
        TransactionPlan plan = Plan("batch", Entry(null, """{"resourceType":"Patient","id":"a"}""", request));
        plan.Entries.Single().IsRefused.Should().BeTrue();
        plan.Entries.Single().Issues.Should().ContainSingle();
    }

    [Fact]
    public void The_same_full_url_or_target_twice_is_refused()
    {
        Plan("transaction", Entry("urn:uuid:a", """{"resourceType":"Patient"}"""), Entry("urn:uuid:a", """{"resourceType":"Patient"}"""))
            .Entries[1].Issues.Single().Code.Should().Be("duplicate");
        string put = """ "method":"PUT","url":"Patient/a" """;
        Plan("transaction", Entry(null, """{"resourceType":"Patient","id":"a"}""", put), Entry(null, """{"resourceType":"Patient","id":"a"}""", put))
            .Entries[1].Issues.Single().Code.Should().Be("duplicate");
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset"}""")]
    [InlineData("""{"resourceType":"Bundle"}""")]
    public void What_is_no_transaction_is_refused_as_a_whole(string json) =>
        TransactionPlan.Create(Parse(json), Counting()).IsRefused.Should().BeTrue();

    [Fact]
    public void Too_many_entries_are_refused_as_a_whole() =>
        Plan("batch", Counting() with { MaxEntries = 1 }, Entry(null, """{"resourceType":"Patient"}"""), Entry(null, """{"resourceType":"Patient"}"""))
            .Issues.Single().Code.Should().Be("too-costly");

    [Fact]
    public void A_provenance_belongs_where_its_targets_belong()
    {
        TransactionPlan plan = Plan("transaction",
            Entry("urn:uuid:p", """{"resourceType":"Patient"}"""),
            Entry("urn:uuid:o", """{"resourceType":"Observation","subject":{"reference":"urn:uuid:p"}}"""),
            Entry(null, """{"resourceType":"Provenance","target":[{"reference":"urn:uuid:o"}]}"""));
        plan.Entries[2].Patients.Should().Equal("new-0");
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"a","link":[{"other":{"reference":"Patient/b"}}]}""", "a,b")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Patient/a"},"performer":[{"reference":"Patient/b"},{"reference":"Practitioner/c"}]}""", "a,b")]
    [InlineData("""{"resourceType":"Appointment","participant":[{"actor":{"reference":"Practitioner/x"}},{"actor":{"reference":"http://h/Patient/a/_history/2"}}]}""", "a")]
    [InlineData("""{"resourceType":"Device","patient":{"reference":"Patient/a"}}""", "a")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Group/a"}}""", "")]
    [InlineData("""{"resourceType":"Organization","name":"x"}""", "")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":7}}""", "")]
    public void A_resource_is_in_the_compartments_it_names(string json, string patients) =>
        string.Join(',', PatientCompartment.PatientsOf(Parse(json))).Should().Be(patients);

    [Theory]
    [InlineData("Patient/1", ReferenceForm.Relative, "Patient", "1")]
    [InlineData("Patient/1/_history/3", ReferenceForm.Relative, "Patient", "1")]
    [InlineData("https://x/y/Patient/1", ReferenceForm.Absolute, "Patient", "1")]
    [InlineData("#a", ReferenceForm.Contained, null, "a")]
    [InlineData("urn:uuid:a", ReferenceForm.Urn, null, null)]
    [InlineData("Patient?name=x", ReferenceForm.Conditional, "Patient", null)]
    [InlineData("Person?x", ReferenceForm.Conditional, "Person", null)]
    [InlineData("Nobody/1", ReferenceForm.Other, null, null)]
    [InlineData("Nobody?x=1", ReferenceForm.Other, null, null)]
    [InlineData("a/Patient/1", ReferenceForm.Other, null, null)]
    [InlineData("Patient/a b", ReferenceForm.Other, null, null)]
    [InlineData("Patient/", ReferenceForm.Other, null, null)]
    [InlineData("/Patient", ReferenceForm.Other, null, null)]
    [InlineData("", ReferenceForm.Other, null, null)]
    public void A_reference_is_taken_apart(string text, ReferenceForm form, string? type, string? id)
    {
        FhirReference reference = FhirReference.Read(text);
        (reference.Form, reference.Type, reference.Id).Should().Be((form, type, id));
    }

    private const string Conditional =
        """{"resourceType":"Procedure","performer":[{"actor":{"reference":"Practitioner?identifier=http://npi|9","display":"Dr"}}]}""";

    private static TransactionOptions Counting()
    {
        int next = 0;
        return new TransactionOptions { NewId = (_, _) => $"new-{next++}", CheckStructure = false };
    }

    private static TransactionPlan Plan(string type, params string[] entries) => Plan(type, Counting(), entries);

    private static TransactionPlan Plan(string type, TransactionOptions options, params string[] entries) =>
        TransactionPlan.Create(Parse($$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}"""), options);

    private static string Entry(string? fullUrl, string? resource, string? request = null)
    {
        request ??= $" \"method\":\"POST\",\"url\":\"{Parse(resource!).Type}\" ";
        string[] parts = [fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\"", resource is null ? "" : $"\"resource\":{resource}", $"\"request\":{{{request}}}"];
        return $"{{{string.Join(',', parts.Where(p => p.Length > 0))}}}";
    }

    private static FhirResource Parse(string json) => FhirJson.Parse(Encoding.UTF8.GetBytes(json)).Resource!;

    private static string Text(PlannedEntry entry) => Encoding.UTF8.GetString(entry.Resource!.ToUtf8Bytes());
}
