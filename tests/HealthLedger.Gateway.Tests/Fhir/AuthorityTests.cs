using System.Text.Json.Nodes;
using HealthLedger.Client.Consent;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class AuthorityTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    /// <summary>Every interaction of the door, for a patient and an observation that exist.</summary>
    private static readonly (string Method, string Path, bool Body)[] Doors =
    [
        ("GET", "Observation/{o}", false), ("GET", "Observation/{o}/_history", false), ("GET", "Observation/{o}/_history/1", false), ("GET", "Observation?patient={p}", false),
        ("POST", "Observation/_search?patient={p}", false), ("GET", "Patient/{p}", false), ("GET", "Patient/{p}/$everything", false), ("POST", "Observation", true),
        ("PUT", "Observation/{o}", true), ("DELETE", "Observation/{o}", false), ("POST", "", true),
    ];

    public static TheoryData<int> EveryDoor => [.. Enumerable.Range(0, Doors.Length)];

    [Theory]
    [MemberData(nameof(EveryDoor))]
    public async Task No_door_opens_without_a_valid_token(int door)
    {
        (string patient, string observation) = await PatientAsync($"door-{door}");
        foreach ((string? authorization, string code) in new[] { ((string?)null, "HL-7010"), ("Bearer rubbish", "HL-7011"), ("Basic YTpi", "HL-7011"), ("Bearer ", "HL-7011"), ("Bearer a.b.c", "HL-7011") })
        {
            using HttpClient http = new() { BaseAddress = world.Base };
            if (authorization is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
            FhirReply reply = await KnockAsync(new FhirClient(http), door, patient, observation);
            reply.ShouldBeRefused(401, code);
            reply.Headers.WwwAuthenticate.ToString().Should().StartWith("Bearer");
        }
    }

    [Theory]
    [MemberData(nameof(EveryDoor))]
    public async Task No_door_opens_to_an_organization_without_a_grant_and_the_denial_is_on_the_ledger(int door)
    {
        (string patient, string observation) = await PatientAsync($"grant-{door}");
        FhirReply reply = await KnockAsync(await world.ClientAsync("clinic"), door, patient, observation);
        if (Doors[door] is { Method: "POST", Body: true })
        {
            // Anyone who provides care may add to a record, into segments of its own.
            reply.Status.Should().BeOneOf(200, 201);
            return;
        }
        reply.Status.Should().Be(403, reply.Text);
        reply.Code.Should().BeOneOf("HL-4080", "HL-4064");
        if (Doors[door].Method == "GET")
        {
            byte[] receipt = await world.Http.GetByteArrayAsync(reply.Receipt);
            Protocol.Receipts.Receipt.Decode(receipt).Value.Outcome.Kind.Should().Be(OutcomeKind.Denied);
        }
        reply.Text.Should().NotContain("4548-4").And.NotContain("Okafor");
    }

    [Theory]
    [MemberData(nameof(EveryDoor))]
    public async Task No_door_opens_to_a_token_of_another_scope(int door)
    {
        (string patient, string observation) = await PatientAsync($"scope-{door}");
        FhirReply reply = await KnockAsync(await world.ClientAsync(scope: "system/Immunization.cruds"), door, patient, observation);
        reply.ShouldBeRefused(403, "HL-7012");
        reply.Headers.WwwAuthenticate.ToString().Should().Contain("insufficient_scope");
    }

    [Fact]
    public async Task Reading_is_not_writing_and_searching_is_not_reading()
    {
        (string patient, string observation) = await PatientAsync("letters");
        FhirClient reader = await world.ClientAsync(scope: "system/*.r");
        (await reader.GetAsync($"Observation/{observation}")).Status.Should().Be(200);
        (await reader.GetAsync($"Observation?patient={patient}")).ShouldBeRefused(403, "HL-7012");
        (await reader.PostAsync("Observation", Samples.Observation(patient))).ShouldBeRefused(403, "HL-7012");
        FhirClient searcher = await world.ClientAsync(scope: "system/*.s");
        (await searcher.GetAsync($"Observation?patient={patient}")).Status.Should().Be(200);
        (await searcher.GetAsync($"Observation/{observation}")).ShouldBeRefused(403, "HL-7012");
    }

    [Fact]
    public async Task A_token_ends_after_five_minutes()
    {
        (_, string observation) = await PatientAsync("expiry");
        FhirClient hospital = await world.ClientAsync();
        world.Ledger.Clock.Advance(TimeSpan.FromMinutes(5));
        (await hospital.GetAsync($"Observation/{observation}")).ShouldBeRefused(401, "HL-7011");
    }

    [Fact]
    public async Task A_gateway_acts_for_no_organization_but_its_own()
    {
        (_, string observation) = await PatientAsync("elsewhere");
        (await (await world.ClientAsync("insurer")).GetAsync($"Observation/{observation}")).ShouldBeRefused(403, "HL-7013");
    }

    [Fact]
    public async Task A_grant_opens_what_it_names_for_its_purpose_and_nothing_after_its_revocation()
    {
        (string patient, string observation) = await PatientAsync("granted");
        FhirClient clinic = await world.ClientAsync("clinic", practitioner: "dr-yang");
        LedgerDid did = DidOf(patient);
        ConsentClient consent = world.Ledger.Hospital.ConsentFor(did);
        HealthLedger.Protocol.Id16 grant = (await consent.GrantAsync(world.Ledger.Terms(world.Ledger.Clinic.Did, "laboratory"))).Value;

        FhirReply read = await clinic.GetAsync($"Observation/{observation}");
        read.Status.Should().Be(200, read.Text);
        (await clinic.GetAsync($"Observation?patient={patient}")).Json!["total"]!.GetValue<int>().Should().Be(1);
        (await clinic.GetAsync($"Patient/{patient}")).Status.Should().BeOneOf([403, 404], "the Patient lies in another segment");
        FhirReply everything = await clinic.GetAsync($"Patient/{patient}/$everything");
        everything.Entries.Select(entry => entry["resource"]!["resourceType"]!.GetValue<string>()).Should().Equal("Observation");
        (await (await world.ClientAsync("clinic", purpose: "HRESCH")).GetAsync($"Observation/{observation}")).ShouldBeRefused(403, "HL-4083");
        (await (await world.ClientAsync("clinic", purpose: "coc")).GetAsync($"Observation/{observation}")).Status.Should().Be(200);

        (await consent.RevokeAsync(grant)).IsOk.Should().BeTrue();
        (await clinic.GetAsync($"Observation/{observation}")).ShouldBeRefused(403, "HL-4088");
    }

    [Fact]
    public async Task A_grant_of_one_segment_gives_no_hint_of_what_lies_in_others()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("hints");
        await hospital.ObservationAsync(patient);
        JsonObject sensitive = Samples.Observation(patient, "hiv");
        sensitive["meta"] = new JsonObject { ["security"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-ActCode", ["code"] = "HIV" }) };
        (await hospital.PostAsync("Observation", sensitive)).Status.Should().Be(201);
        await world.Ledger.Hospital.ConsentFor(DidOf(patient)).GrantAsync(world.Ledger.Terms(world.Ledger.Clinic.Did, "laboratory", "general"));
        FhirReply found = await (await world.ClientAsync("clinic")).GetAsync($"Observation?patient={patient}");
        found.Json!["total"]!.GetValue<int>().Should().Be(1);
        found.Entries.Should().ContainSingle();
        found.Text.Should().NotContain("hiv", "not in links or includes either");
        (await (await world.ClientAsync("clinic")).GetAsync($"Observation?patient={patient}&_summary=count")).Json!["total"]!.GetValue<int>().Should().Be(1);
        (await hospital.GetAsync($"Observation?patient={patient}")).Json!["total"]!.GetValue<int>().Should().Be(2);
    }

    [Fact]
    public async Task A_grant_of_single_records_opens_them_and_no_others()
    {
        (string patient, string observation) = await PatientAsync("narrow");
        FhirClient hospital = await world.ClientAsync();
        string other = await hospital.ObservationAsync(patient, value: 8m);
        Client.Read.OpenedRecords all = (await world.Ledger.Hospital.Reader.ReadAsync(Client.Tests.World.TestWorld.Access(DidOf(patient)))).Value;
        HealthLedger.Protocol.Hash32 record = all.Records.Single(each => HealthLedger.Gateway.Fhir.Ids.FhirIds.Of(each.Resource) == observation).RecordId;
        Result<HealthLedger.Protocol.Id16> granted = await world.Ledger.Hospital.ConsentFor(DidOf(patient)).GrantAsync(world.Ledger.Terms(world.Ledger.Clinic.Did, "laboratory") with { Records = [record] });
        granted.Fault.Should().Be(default(Fault));
        FhirClient clinic = await world.ClientAsync("clinic");
        (await clinic.GetAsync($"Observation/{observation}")).Status.Should().Be(200);
        (await clinic.GetAsync($"Observation/{other}")).ShouldBeRefused(403, "HL-4089");
        FhirReply found = await clinic.GetAsync($"Observation?patient={patient}");
        found.Status.Should().Be(200, found.Text);
        found.Entries.Select(entry => entry["resource"]!["id"]!.GetValue<string>()).Should().Equal(observation);
        found.Json!["total"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task Who_reads_is_named_to_the_patient_and_only_there()
    {
        (string patient, string observation) = await PatientAsync("named");
        FhirClient hospital = await world.ClientAsync(practitioner: "dr-strange-4711", purpose: "TREAT");
        (await hospital.GetAsync($"Observation/{observation}")).Status.Should().Be(200);
        world.Log.Lines.Should().NotContain(line => line.Contains("strange", StringComparison.Ordinal) || line.Contains(observation, StringComparison.Ordinal) || line.Contains(patient, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Purpose-Of-Use", "CURIOSITY")]
    [InlineData("X-Role", "king")]
    [InlineData("X-Practitioner", "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task A_header_that_makes_no_sense_is_refused(string name, string value)
    {
        FhirClient hospital = await world.ClientAsync();
        (await hospital.SendAsync(HttpMethod.Get, $"Patient/{new string('a', 52)}", null, (name, value))).ShouldBeRefused(400, "HL-6011");
    }

    [Fact]
    public async Task Another_organization_cannot_change_or_retract_what_it_did_not_write()
    {
        (string patient, string observation) = await PatientAsync("author");
        await world.Ledger.Hospital.ConsentFor(DidOf(patient)).GrantAsync(world.Ledger.Terms(world.Ledger.Clinic.Did, "laboratory") with { Rights = Rights.Read | Rights.Deposit });
        FhirClient clinic = await world.ClientAsync("clinic");
        JsonObject changed = Samples.Observation(patient, value: 99m);
        changed["id"] = observation;
        (await clinic.PutAsync($"Observation/{observation}", changed)).ShouldBeRefused(403, "HL-4064");
        (await clinic.DeleteAsync($"Observation/{observation}")).ShouldBeRefused(403, "HL-4064");
        (await (await world.ClientAsync()).GetAsync($"Observation/{observation}")).Version.Should().Be("W/\"1\"");
    }

    private LedgerDid DidOf(string patient) => LedgerDid.Parse($"did:healthledger:client-test:{patient}").Value;

    private async Task<(string Patient, string Observation)> PatientAsync(string number)
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync(number);
        return (patient, await hospital.ObservationAsync(patient));
    }

    private static Task<FhirReply> KnockAsync(FhirClient client, int door, string patient, string observation)
    {
        (string method, string path, bool body) = Doors[door];
        JsonObject resource = Samples.Observation(patient, value: 42m);
        if (method == "PUT") resource["id"] = observation;
        string? json = !body ? null : path.Length > 0 ? resource.ToJsonString() : Samples.Bundle("transaction", (resource, null, Samples.Post("Observation"))).ToJsonString();
        return client.SendAsync(new HttpMethod(method), path.Replace("{p}", patient).Replace("{o}", observation), json);
    }
}
