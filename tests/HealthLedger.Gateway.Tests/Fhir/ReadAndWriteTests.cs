using System.Text.Json.Nodes;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class ReadAndWriteTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task A_patient_and_an_observation_are_written_and_read_back()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply patient = await hospital.PostAsync("Patient", Samples.Patient("read-1"));
        patient.Status.Should().Be(201, patient.Text);
        patient.Id.Should().HaveLength(52);
        patient.Headers.Location!.ToString().Should().Be($"https://gateway.example/fhir/Patient/{patient.Id}/_history/1");
        patient.Version.Should().Be("W/\"1\"");
        patient.LastModified.Should().NotBeNull();
        patient.Receipt.Should().StartWith("/ledger/receipts/");

        FhirReply observation = await hospital.PostAsync("Observation", Samples.Observation(patient.Id));
        observation.Status.Should().Be(201, observation.Text);
        observation.Id.Should().HaveLength(26);
        FhirReply read = await hospital.GetAsync($"Observation/{observation.Id}");
        read.Status.Should().Be(200, read.Text);
        read.ContentType.Should().Be("application/fhir+json; charset=utf-8");
        read.Receipt.Should().NotBeNull().And.NotBe(observation.Receipt, "a read rests on the entry of its access");
        read.Json!["valueQuantity"]!["value"]!.GetValue<decimal>().Should().Be(5.4m);
        read.Json["meta"]!["versionId"]!.GetValue<string>().Should().Be("1");
        FhirReply person = await hospital.GetAsync($"Patient/{patient.Id}");
        person.Status.Should().Be(200, person.Text);
        person.Json!["name"]![0]!["family"]!.GetValue<string>().Should().Be("Okafor");
    }

    [Fact]
    public async Task Every_receipt_that_is_linked_is_there_and_verifies()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply patient = await hospital.PostAsync("Patient", Samples.Patient("receipts"));
        FhirReply read = await hospital.GetAsync($"Patient/{patient.Id}");
        foreach (string path in new[] { patient.Receipt!, read.Receipt! })
        {
            byte[] receipt = await world.Http.GetByteArrayAsync(path);
            ReceiptVerifier.Verify(receipt, world.Ledger.Ledger.Genesis).Fault.Should().Be(default(HealthLedger.Protocol.Errors.Fault));
        }
    }

    [Fact]
    public async Task The_same_submission_twice_is_one_entry_with_one_receipt()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("twice");
        JsonObject observation = Samples.Observation(patient, value: 7.7m);
        FhirReply first = await hospital.PostAsync("Observation", observation);
        long entries = world.Ledger.Ledger.Entries;
        FhirReply second = await hospital.PostAsync("Observation", observation);
        (first.Status, second.Status).Should().Be((201, 200));
        second.Id.Should().Be(first.Id);
        second.Receipt.Should().Be(first.Receipt);
        second.Version.Should().Be(first.Version);
        world.Ledger.Ledger.Entries.Should().Be(entries);
    }

    [Fact]
    public async Task A_changed_resource_has_a_history_in_which_nothing_is_lost()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("changes");
        string id = await hospital.ObservationAsync(patient, value: 1m);
        JsonObject changed = Samples.Observation(patient, value: 2m);
        changed["id"] = id;
        FhirReply put = await hospital.PutAsync($"Observation/{id}", changed, ("If-Match", "W/\"1\""));
        put.Status.Should().Be(200, put.Text);
        put.Version.Should().Be("W/\"2\"");

        (await hospital.GetAsync($"Observation/{id}")).Json!["valueQuantity"]!["value"]!.GetValue<decimal>().Should().Be(2m);
        FhirReply old = await hospital.GetAsync($"Observation/{id}/_history/1");
        old.Status.Should().Be(200, old.Text);
        old.Json!["valueQuantity"]!["value"]!.GetValue<decimal>().Should().Be(1m);
        FhirReply history = await hospital.GetAsync($"Observation/{id}/_history");
        history.Entries.Select(entry => entry["resource"]!["meta"]!["versionId"]!.GetValue<string>()).Should().Equal("2", "1");
        (await hospital.GetAsync($"Observation/{id}/_history/3")).ShouldBeRefused(404, "HL-7005");
        (await hospital.GetAsync($"Observation/{id}/_history/0")).ShouldBeRefused(404, "HL-7005");
    }

    [Fact]
    public async Task A_change_of_another_version_than_the_current_is_refused()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("stale");
        string id = await hospital.ObservationAsync(patient, value: 1m);
        JsonObject changed = Samples.Observation(patient, value: 2m);
        changed["id"] = id;
        (await hospital.PutAsync($"Observation/{id}", changed, ("If-Match", "W/\"1\""))).Status.Should().Be(200);
        changed["valueQuantity"]!["value"] = 3m;
        (await hospital.PutAsync($"Observation/{id}", changed, ("If-Match", "W/\"1\""))).ShouldBeRefused(412, "HL-6006");
    }

    [Fact]
    public async Task Of_two_changes_of_one_version_at_once_one_is_refused()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("race");
        string id = await hospital.ObservationAsync(patient, value: 1m);
        FhirReply[] replies = await Task.WhenAll(Enumerable.Range(2, 4).Select(value =>
        {
            JsonObject changed = Samples.Observation(patient, value: value);
            changed["id"] = id;
            return hospital.PutAsync($"Observation/{id}", changed, ("If-Match", "W/\"1\""));
        }));
        replies.Count(reply => reply.Status == 200).Should().Be(1, string.Join(' ', replies.Select(reply => reply.Status)));
        replies.Where(reply => reply.Status != 200).Should().AllSatisfy(reply => reply.ShouldBeRefused(412, "HL-6006"));
    }

    [Fact]
    public async Task The_same_change_again_changes_nothing_and_changing_back_is_a_version()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("back");
        string id = await hospital.ObservationAsync(patient, value: 1m);
        async Task<FhirReply> PutAsync(decimal value)
        {
            JsonObject changed = Samples.Observation(patient, value: value);
            changed["id"] = id;
            return await hospital.PutAsync($"Observation/{id}", changed);
        }
        FhirReply first = await PutAsync(2m), again = await PutAsync(2m);
        again.Version.Should().Be("W/\"2\"");
        again.Receipt.Should().Be(first.Receipt);
        (await PutAsync(1m)).Version.Should().Be("W/\"3\"");
        (await PutAsync(2m)).Version.Should().Be("W/\"4\"");
        (await hospital.GetAsync($"Observation/{id}")).Json!["valueQuantity"]!["value"]!.GetValue<decimal>().Should().Be(2m);
    }

    [Fact]
    public async Task What_was_entered_in_error_is_gone_from_reads_and_stays_in_the_history()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("error");
        string id = await hospital.ObservationAsync(patient);
        FhirReply gone = await hospital.DeleteAsync($"Observation/{id}");
        gone.Status.Should().Be(204, gone.Text);
        gone.Receipt.Should().NotBeNull();
        (await hospital.GetAsync($"Observation/{id}")).ShouldBeRefused(410, "HL-6008");
        (await hospital.GetAsync($"Observation/{id}/_history/1")).Status.Should().Be(200);
        FhirReply history = await hospital.GetAsync($"Observation/{id}/_history");
        history.Entries.Select(entry => entry["request"]!["method"]!.GetValue<string>()).Should().Equal("DELETE", "POST");
        (await hospital.GetAsync($"Observation?patient={patient}")).Json!["total"]!.GetValue<int>().Should().Be(0);
        JsonObject changed = Samples.Observation(patient, value: 9m);
        changed["id"] = id;
        (await hospital.PutAsync($"Observation/{id}", changed)).ShouldBeRefused(410, "HL-6008");
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_ids_of_other_types_find_nothing()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("absent");
        string id = await hospital.ObservationAsync(patient);
        foreach (string path in new[] { $"Condition/{id}", "Observation/none", $"Observation/{new string('a', 26)}", $"Patient/{new string('a', 52)}", $"Patient/{id}", $"Observation/{patient}" })
            (await hospital.GetAsync(path)).ShouldBeRefused(404, "HL-7005");
        (await hospital.GetAsync("Nonsense/1")).ShouldBeRefused(404, "HL-7005");
        (await hospital.DeleteAsync($"Condition/{id}")).ShouldBeRefused(404, "HL-7005");
        JsonObject condition = new() { ["resourceType"] = "Condition", ["id"] = id, ["subject"] = new JsonObject { ["reference"] = $"Patient/{patient}" } };
        (await hospital.PutAsync($"Condition/{id}", condition)).ShouldBeRefused(404, "HL-7005");
        JsonObject other = Samples.Observation(patient);
        other["id"] = new string('a', 26);
        (await hospital.PutAsync($"Observation/{new string('a', 26)}", other)).ShouldBeRefused(404, "HL-7005");
    }

    [Fact]
    public async Task A_condition_creates_once_even_when_asked_in_parallel()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("conditional");
        FhirReply[] replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            hospital.PostAsync("Observation", Samples.Observation(patient), ("If-None-Exist", "identifier=urn:lab|order-1"))));
        replies.Should().AllSatisfy(reply => reply.Status.Should().BeOneOf(200, 201));
        replies.Select(reply => reply.Headers.Location!.ToString()).Distinct().Should().ContainSingle();
        (await hospital.GetAsync($"Observation?patient={patient}")).Json!["total"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task A_read_of_the_version_at_hand_answers_304_and_is_an_access_all_the_same()
    {
        FhirClient hospital = await world.ClientAsync();
        string id = await hospital.ObservationAsync(await hospital.PatientAsync("unchanged"));
        FhirReply reply = await hospital.SendAsync(HttpMethod.Get, $"Observation/{id}", null, ("If-None-Match", "W/\"1\""));
        reply.Status.Should().Be(304);
        reply.Text.Should().BeEmpty();
        reply.Receipt.Should().NotBeNull();
    }

    [Fact]
    public async Task A_resource_that_names_no_patient_of_the_ledger_is_refused()
    {
        FhirClient hospital = await world.ClientAsync();
        (await hospital.PostAsync("Observation", Samples.Observation("somebody"))).ShouldBeRefused(422, "HL-6004");
        JsonObject nobody = Samples.Observation("x");
        nobody.Remove("subject");
        (await hospital.PostAsync("Observation", nobody)).ShouldBeRefused(422, "HL-6005");
    }

    [Fact]
    public async Task Shared_resources_have_no_patient_and_are_the_same_whoever_sends_them_again()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply first = await hospital.PostAsync("Practitioner", Samples.Practitioner("npi-9"));
        first.Status.Should().Be(201, first.Text);
        FhirReply again = await hospital.PostAsync("Practitioner", Samples.Practitioner("npi-9"));
        again.Id.Should().Be(first.Id);
        again.Receipt.Should().Be(first.Receipt);
        FhirReply married = await hospital.PostAsync("Practitioner", Samples.Practitioner("npi-9", "Grey-Shepherd"));
        married.Id.Should().Be(first.Id);
        married.Version.Should().Be("W/\"2\"");
        (await hospital.GetAsync($"Practitioner/{first.Id}")).Json!["name"]![0]!["family"]!.GetValue<string>().Should().Be("Grey-Shepherd");
        (await hospital.GetAsync("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|npi-9")).Json!["total"]!.GetValue<int>().Should().Be(1);
        (await (await world.ClientAsync("clinic")).GetAsync($"Practitioner/{first.Id}")).ShouldBeRefused(403, "HL-4080");
    }

    [Fact]
    public async Task What_was_entered_in_error_does_not_come_back_by_being_sent_again()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("error-again");
        string id = await hospital.ObservationAsync(patient, value: 1m);
        FhirReply first = await hospital.DeleteAsync($"Observation/{id}"), second = await hospital.DeleteAsync($"Observation/{id}");
        (first.Status, second.Status).Should().Be((204, 204));
        second.Receipt.Should().Be(first.Receipt);
        (await hospital.PostAsync("Observation", Samples.Observation(patient, value: 1m))).ShouldBeRefused(410, "HL-6008");
        (await hospital.PostAsync("Observation", Samples.Observation(patient, value: 2m))).Status.Should().Be(201);
    }

    [Fact]
    public async Task An_update_by_condition_creates_what_the_next_one_changes()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("upsert");
        async Task<FhirReply> PutAsync(decimal value) => await hospital.PostAsync("", Samples.Bundle("batch",
            (Samples.Observation(patient, value: value), null, new JsonObject { ["method"] = "PUT", ["url"] = "Observation?identifier=urn:lab|upsert-1" })));
        FhirReply first = await PutAsync(1m), second = await PutAsync(2m);
        first.Entries[0]["response"]!["status"]!.GetValue<string>().Should().Be("201 Created", first.Text);
        second.Entries[0]["response"]!["etag"]!.GetValue<string>().Should().Be("W/\"2\"", second.Text);
        second.Entries[0]["response"]!["location"]!.GetValue<string>().Split("/_history")[0].Should().Be(first.Entries[0]["response"]!["location"]!.GetValue<string>().Split("/_history")[0]);
    }

    [Fact]
    public async Task What_many_bring_of_the_same_practitioner_at_once_is_one_practitioner()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply[] replies = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => hospital.PostAsync("Practitioner", Samples.Practitioner("npi-race", $"Grey {i}"))));
        replies.Should().AllSatisfy(reply => reply.Status.Should().BeOneOf([200, 201], reply.Text));
        replies.Select(reply => reply.Id).Distinct().Should().ContainSingle();
    }
}
