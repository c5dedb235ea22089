using System.Text.Json.Nodes;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class TransactionTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task A_transaction_is_one_atomic_statement_with_its_references_resolved()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply reply = await hospital.PostAsync("", Visit("visit-1"));
        reply.Status.Should().Be(200, reply.Text);
        reply.Json!["type"]!.GetValue<string>().Should().Be("transaction-response");
        reply.Entries.Should().HaveCount(3).And.AllSatisfy(entry => entry["response"]!["status"]!.GetValue<string>().Should().Be("201 Created"));
        string patient = Location(reply, 0), practitioner = Location(reply, 1), observation = Location(reply, 2);
        FhirReply read = await hospital.GetAsync(observation);
        read.Json!["subject"]!["reference"]!.GetValue<string>().Should().Be(patient);
        read.Json["performer"]![0]!["reference"]!.GetValue<string>().Should().Be(practitioner);
        string[] receipts = [.. reply.Entries.Select(entry => entry["response"]!["extension"]![0]!["valueUri"]!.GetValue<string>())];
        receipts[0].Split('/')[3].Should().Be(receipts[2].Split('/')[3], "what is the patient's is one statement");
        receipts[1].Should().NotContain(receipts[0].Split('/')[3], "what is shared went in before");
        foreach (string receipt in receipts) (await world.Http.GetByteArrayAsync(receipt)).Should().NotBeEmpty();
    }

    [Fact]
    public async Task The_same_transaction_again_adds_nothing_and_gives_the_same_receipts()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply first = await hospital.PostAsync("", Visit("visit-again"));
        long entries = world.Ledger.Ledger.Entries;
        FhirReply again = await hospital.PostAsync("", Visit("visit-again"));
        again.Status.Should().Be(200, again.Text);
        world.Ledger.Ledger.Entries.Should().Be(entries);
        for (int i = 0; i < 3; i++)
        {
            again.Entries[i]["response"]!["status"]!.GetValue<string>().Should().Be("200 OK");
            foreach (string same in new[] { "location", "etag", "lastModified" })
                again.Entries[i]["response"]![same]!.ToJsonString().Should().Be(first.Entries[i]["response"]![same]!.ToJsonString());
            again.Entries[i]["response"]!["extension"]!.ToJsonString().Should().Be(first.Entries[i]["response"]!["extension"]!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("urn:uuid:00000000-0000-0000-0000-00000000dead", 422, "HL-6004")]
    [InlineData("Practitioner?identifier=urn:none|none", 422, "HL-6004")]
    public async Task A_reference_that_leads_nowhere_refuses_the_transaction_whole(string reference, int status, string code)
    {
        FhirClient hospital = await world.ClientAsync();
        JsonObject bundle = Visit($"nowhere-{code}-{reference.Length}");
        bundle["entry"]![2]!["resource"]!["performer"]![0]!["reference"] = reference;
        long entries = world.Ledger.Ledger.Entries;
        FhirReply reply = await hospital.PostAsync("", bundle);
        reply.ShouldBeRefused(status, code);
        reply.Json!["issue"]![0]!["expression"]![0]!.GetValue<string>().Should().StartWith("Bundle.entry[2]");
        world.Ledger.Ledger.Entries.Should().Be(entries, "nothing was stored");
    }

    [Fact]
    public async Task An_import_reports_what_it_cannot_take_and_goes_on()
    {
        FhirClient hospital = await world.ClientAsync();
        JsonObject bundle = Visit("import");
        JsonObject lost = Samples.Observation("x", value: 3m);
        lost["subject"] = new JsonObject { ["reference"] = "urn:uuid:00000000-0000-0000-0000-00000000dead" };
        JsonObject broken = Samples.Observation("x");
        broken["status"] = "wrong";
        foreach (JsonObject bad in new[] { lost, broken }) bundle["entry"]!.AsArray().Add(new JsonObject { ["resource"] = bad, ["request"] = Samples.Post("Observation") });
        bundle["entry"]![2]!["resource"]!["performer"]![0]!["reference"] = "Practitioner?identifier=urn:none|none";
        FhirReply reply = await hospital.PostAsync("", bundle, ("Prefer", "handling=lenient"));
        reply.Status.Should().Be(200, reply.Text);
        reply.Entries.Select(entry => entry["response"]!["status"]!.GetValue<string>()[..3]).Should().Equal("201", "201", "201", "422", "422");
        reply.Entries[3]["response"]!["outcome"]!["issue"]![0]!["details"]!["coding"]![0]!["code"]!.GetValue<string>().Should().Be("HL-6004");
        reply.Entries[4]["response"]!["outcome"]!["issue"]![0]!["details"]!["coding"]![0]!["code"]!.GetValue<string>().Should().Be("HL-6002");
        FhirReply kept = await hospital.GetAsync(Location(reply, 2));
        kept.Json!["performer"]![0]!["identifier"]!["value"]!.GetValue<string>().Should().Be("none", "an unresolved condition is kept as a logical reference");
    }

    [Fact]
    public async Task A_condition_finds_what_an_earlier_submission_brought()
    {
        FhirClient hospital = await world.ClientAsync();
        string practitioner = (await hospital.PostAsync("Practitioner", Samples.Practitioner("npi-cond"))).Id;
        JsonObject bundle = Visit("by-condition");
        bundle["entry"]!.AsArray().RemoveAt(1);
        bundle["entry"]![1]!["resource"]!["performer"]![0]!["reference"] = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|npi-cond";
        FhirReply reply = await hospital.PostAsync("", bundle);
        reply.Status.Should().Be(200, reply.Text);
        (await hospital.GetAsync(Location(reply, 1))).Json!["performer"]![0]!["reference"]!.GetValue<string>().Should().Be($"Practitioner/{practitioner}");
    }

    [Fact]
    public async Task A_transaction_is_about_one_patient()
    {
        FhirClient hospital = await world.ClientAsync();
        string a = await hospital.PatientAsync("one"), b = await hospital.PatientAsync("two");
        (JsonObject Resource, string? FullUrl, JsonObject Request)[] entries = [(Samples.Observation(a), null, Samples.Post("Observation")), (Samples.Observation(b), null, Samples.Post("Observation"))];
        (await hospital.PostAsync("", Samples.Bundle("transaction", entries))).ShouldBeRefused(422, "HL-6005");
        FhirReply batch = await hospital.PostAsync("", Samples.Bundle("batch", (Samples.Observation(a), null, Samples.Post("Observation")), (Samples.Observation(b), null, Samples.Post("Observation"))));
        batch.Entries.Should().AllSatisfy(entry => entry["response"]!["status"]!.GetValue<string>().Should().Be("201 Created"));
    }

    [Fact]
    public async Task The_entries_of_a_batch_stand_for_themselves()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("batch");
        string id = await hospital.ObservationAsync(patient, value: 1m);
        JsonObject changed = Samples.Observation(patient, value: 2m);
        changed["id"] = id;
        JsonObject bundle = Samples.Bundle("batch",
            (Samples.Observation(patient, value: 8m), null, Samples.Post("Observation")),
            (changed, null, new JsonObject { ["method"] = "PUT", ["url"] = $"Observation/{id}" }),
            (new JsonObject { ["resourceType"] = "Observation", ["status"] = "x" }, null, Samples.Post("Observation")));
        foreach (string url in new[] { $"Observation/{id}", $"Observation?patient={patient}&_summary=count", "Observation/none" })
            bundle["entry"]!.AsArray().Add(new JsonObject { ["request"] = new JsonObject { ["method"] = "GET", ["url"] = url } });
        FhirReply reply = await hospital.PostAsync("", bundle);
        reply.Status.Should().Be(200, reply.Text);
        reply.Entries.Select(entry => entry["response"]!["status"]!.GetValue<string>()[..3]).Should().Equal("201", "200", "422", "200", "200", "404");
        reply.Entries[3]["resource"]!["valueQuantity"]!["value"]!.GetValue<decimal>().Should().Be(2m, "reads come last");
        reply.Entries[4]["resource"]!["total"]!.GetValue<int>().Should().Be(2);
        reply.Entries[3]["response"]!["extension"]!.AsArray().Should().ContainSingle("a read in a Bundle links its access");
    }

    [Fact]
    public async Task A_scope_is_checked_for_every_entry()
    {
        FhirClient narrow = await world.ClientAsync(scope: "system/Patient.c system/Practitioner.c");
        (await narrow.PostAsync("", Visit("narrow"))).ShouldBeRefused(403, "HL-7012");
    }

    [Theory]
    [InlineData("history")]
    [InlineData("document")]
    [InlineData("searchset")]
    public async Task Another_kind_of_bundle_is_refused(string type)
    {
        FhirClient hospital = await world.ClientAsync();
        (await hospital.PostAsync("", Samples.Bundle(type))).ShouldBeRefused(422, "HL-6002");
        (await hospital.PostAsync("", Samples.Patient("no-bundle"))).ShouldBeRefused(422, "HL-6002");
    }

    [Fact]
    public async Task An_entry_without_fullUrl_or_with_an_odd_one_does_no_harm()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("odd-urls");
        JsonObject bundle = Samples.Bundle("transaction",
            (Samples.Observation(patient, value: 1m), "", Samples.Post("Observation")), (Samples.Observation(patient, value: 2m), "../../etc/passwd", Samples.Post("Observation")),
            (Samples.Observation(patient, value: 3m), null, Samples.Post("Observation")), (Samples.Observation(patient, value: 3m), null, Samples.Post("Observation")));
        FhirReply reply = await hospital.PostAsync("", bundle);
        reply.Status.Should().BeOneOf([200, 422], reply.Text);
        JsonObject twice = Samples.Bundle("transaction", (Samples.Observation(patient, value: 4m), "urn:uuid:1", Samples.Post("Observation")), (Samples.Observation(patient, value: 5m), "urn:uuid:1", Samples.Post("Observation")));
        (await hospital.PostAsync("", twice)).ShouldBeRefused(422, "HL-6002");
    }

    /// <summary>A patient, a practitioner and an observation that refers to both.</summary>
    private static JsonObject Visit(string number)
    {
        JsonObject observation = Samples.Observation("x");
        observation["subject"] = new JsonObject { ["reference"] = $"urn:uuid:{number}-patient" };
        observation["performer"] = new JsonArray(new JsonObject { ["reference"] = $"urn:uuid:{number}-practitioner" });
        return Samples.Bundle("transaction",
            (Samples.Patient(number), $"urn:uuid:{number}-patient", Samples.Post("Patient")),
            (Samples.Practitioner(number), $"urn:uuid:{number}-practitioner", Samples.Post("Practitioner")),
            (observation, $"urn:uuid:{number}-observation", Samples.Post("Observation")));
    }

    private static string Location(FhirReply reply, int entry) => reply.Entries[entry]["response"]!["location"]!.GetValue<string>().Split("/_history")[0];
}
