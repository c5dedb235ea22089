using System.Globalization;
using System.Text.Json.Nodes;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class SearchTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task A_search_finds_by_code_date_and_category_within_one_patient()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("search"), other = await hospital.PatientAsync("search-other");
        await hospital.ObservationAsync(patient, "1-1", date: "2023-01-01");
        await hospital.ObservationAsync(patient, "1-1", date: "2024-01-01");
        await hospital.ObservationAsync(patient, "2-2", date: "2024-06-01");
        await hospital.ObservationAsync(other, "1-1", date: "2024-01-01");
        (await TotalAsync(hospital, $"Observation?patient={patient}")).Should().Be(3);
        (await TotalAsync(hospital, $"Observation?patient=Patient/{patient}&code=http://loinc.org|1-1")).Should().Be(2);
        (await TotalAsync(hospital, $"Observation?subject=Patient/{patient}&code=1-1&date=ge2023-06-01")).Should().Be(1);
        (await TotalAsync(hospital, $"Observation?patient={patient}&category=laboratory&date=gt2024-01-31&date=lt2025")).Should().Be(1);
        (await TotalAsync(hospital, $"Condition?patient={patient}")).Should().Be(0);
        (await TotalAsync(hospital, "Patient?identifier=urn:his|search")).Should().Be(1);
        (await TotalAsync(hospital, "Patient?identifier=urn:his|nobody")).Should().Be(0);
        (await TotalAsync(hospital, $"Patient?_id={patient}")).Should().Be(1);
        (await TotalAsync(hospital, $"Observation?patient={new string('a', 52)}")).Should().Be(0);
    }

    [Fact]
    public async Task A_search_may_be_posted_as_a_form()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("form");
        await hospital.ObservationAsync(patient, "3-3");
        using HttpResponseMessage answer = await hospital.Http.PostAsync("/fhir/Observation/_search", new FormUrlEncodedContent(new Dictionary<string, string> { ["patient"] = patient, ["code"] = "3-3" }));
        FhirReply reply = await FhirReply.OfAsync(answer);
        reply.Json!["total"]!.GetValue<int>().Should().Be(1, reply.Text);
        using HttpResponseMessage json = await hospital.Http.PostAsync("/fhir/Observation/_search", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        (await FhirReply.OfAsync(json)).ShouldBeRefused(415, "HL-7014");
    }

    [Fact]
    public async Task Pages_are_walked_without_gap_or_repetition_while_others_write()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("pages");
        List<string> written = [];
        for (int i = 0; i < 23; i++) written.Add(await hospital.ObservationAsync(patient, value: i, date: $"2024-01-{i + 1:00}"));
        List<string> seen = [];
        FhirReply page = await hospital.GetAsync($"Observation?patient={patient}&_count=5&_sort=-date");
        page.Json!["total"]!.GetValue<int>().Should().Be(23);
        HashSet<string> receipts = [];
        for (int i = 0; ; i++)
        {
            page.Status.Should().Be(200, page.Text);
            seen.AddRange(page.Entries.Select(entry => entry["resource"]!["id"]!.GetValue<string>()));
            receipts.Add(page.Receipt!).Should().BeTrue("every page is an access of its own");
            if (page.LinkTo("next") is not { } next) break;
            next.Should().NotContain(patient, "a link tells nothing");
            await hospital.ObservationAsync(patient, value: 100 + i, date: "2024-01-15");
            page = await hospital.GetAsync(next);
        }
        seen.Should().BeEquivalentTo(written).And.HaveCount(23);
        seen.Should().Equal(Enumerable.Reverse(written));
    }

    [Fact]
    public async Task A_link_to_a_page_is_its_clients_alone_ends_and_cannot_be_changed()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("links");
        for (int i = 0; i < 3; i++) await hospital.ObservationAsync(patient, value: i);
        string next = (await hospital.GetAsync($"Observation?patient={patient}&_count=2")).LinkTo("next")!;
        (await (await world.ClientAsync("clinic")).GetAsync(next)).ShouldBeRefused(410, "HL-7017");
        (await hospital.GetAsync(next[..^4] + (next.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"))).ShouldBeRefused(410, "HL-7017");
        (await hospital.GetAsync(next.Replace("/Observation", "/Condition"))).ShouldBeRefused(410, "HL-7017");
        (await hospital.GetAsync(next)).Entries.Should().ContainSingle();
        world.Ledger.Clock.Advance(TimeSpan.FromMinutes(16));
        (await (await world.ClientAsync()).GetAsync(next)).ShouldBeRefused(410, "HL-7017");
    }

    [Fact]
    public async Task A_walk_ends_when_the_grant_does()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("walk-revoked");
        for (int i = 0; i < 3; i++) await hospital.ObservationAsync(patient, value: i);
        Client.Consent.ConsentClient consent = world.Ledger.Hospital.ConsentFor(Protocol.Did.LedgerDid.Parse($"did:healthledger:client-test:{patient}").Value);
        Protocol.Id16 grant = (await consent.GrantAsync(world.Ledger.Terms(world.Ledger.Clinic.Did, "laboratory"))).Value;
        FhirClient clinic = await world.ClientAsync("clinic");
        string next = (await clinic.GetAsync($"Observation?patient={patient}&_count=2")).LinkTo("next")!;
        (await consent.RevokeAsync(grant)).IsOk.Should().BeTrue();
        (await clinic.GetAsync(next)).ShouldBeRefused(403, "HL-4088");
    }

    [Theory]
    [InlineData("Observation?patient={p}&colour=red")]
    [InlineData("Observation?patient={p}&code:wild=1")]
    [InlineData("Observation?patient={p}&date=yesterday")]
    [InlineData("Observation?patient={p}&_sort=colour")]
    [InlineData("Observation?patient={p}&subject.name=x")]
    [InlineData("Observation?code=1-1")]
    [InlineData("Patient?name=Okafor")]
    [InlineData("Observation?patient={p},{q}")]
    public async Task A_search_that_is_not_understood_is_refused_rather_than_widened(string path)
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("strict"), other = await hospital.PatientAsync("strict-2");
        (await hospital.GetAsync(path.Replace("{p}", patient).Replace("{q}", other))).ShouldBeRefused(400, "HL-6003");
    }

    [Fact]
    public async Task A_lenient_search_says_what_it_ignored()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("lenient");
        await hospital.ObservationAsync(patient);
        FhirReply reply = await hospital.SendAsync(HttpMethod.Get, $"Observation?patient={patient}&colour=red", null, ("Prefer", "handling=lenient"));
        reply.Status.Should().Be(200, reply.Text);
        reply.Entries.Select(entry => entry["search"]!["mode"]!.GetValue<string>()).Should().Equal("match", "outcome");
        reply.LinkTo("self").Should().NotContain("colour");
    }

    [Fact]
    public async Task What_matches_refer_to_and_what_refers_to_them_comes_along_when_asked()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("include");
        string practitioner = (await hospital.PostAsync("Practitioner", Samples.Practitioner("npi-include"))).Id;
        JsonObject observation = Samples.Observation(patient);
        observation["performer"] = new JsonArray(new JsonObject { ["reference"] = $"Practitioner/{practitioner}" });
        string id = (await hospital.PostAsync("Observation", observation)).Id;
        JsonObject provenance = new()
        {
            ["resourceType"] = "Provenance",
            ["target"] = new JsonArray(new JsonObject { ["reference"] = $"Observation/{id}" }, new JsonObject { ["reference"] = $"Patient/{patient}" }),
            ["recorded"] = "2024-05-01T10:00:00Z",
            ["agent"] = new JsonArray(new JsonObject { ["who"] = new JsonObject { ["reference"] = $"Practitioner/{practitioner}" } }),
        };
        FhirReply stored = await hospital.PostAsync("Provenance", provenance);
        stored.Status.Should().Be(201, stored.Text);
        FhirReply reply = await hospital.GetAsync($"Observation?patient={patient}&_include=Observation:patient&_include=Observation:performer&_revinclude=Provenance:target");
        reply.Status.Should().Be(200, reply.Text);
        reply.Entries.Select(entry => (entry["resource"]!["resourceType"]!.GetValue<string>(), entry["search"]!["mode"]!.GetValue<string>()))
            .Should().BeEquivalentTo(new[] { ("Observation", "match"), ("Patient", "include"), ("Practitioner", "include"), ("Provenance", "include") });
        reply.Json!["total"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task A_count_comes_without_resources()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("count");
        await hospital.ObservationAsync(patient, value: 1m);
        await hospital.ObservationAsync(patient, value: 2m);
        foreach (string how in new[] { "_summary=count", "_count=0" })
        {
            FhirReply reply = await hospital.GetAsync($"Observation?patient={patient}&{how}");
            reply.Json!["total"]!.GetValue<int>().Should().Be(2);
            reply.Entries.Should().BeEmpty();
        }
    }

    private static async Task<int> TotalAsync(FhirClient client, string path)
    {
        FhirReply reply = await client.GetAsync(path);
        reply.Status.Should().Be(200, reply.Text);
        reply.Entries.Should().HaveCount(reply.Json!["total"]!.GetValue<int>(), string.Create(CultureInfo.InvariantCulture, $"{path} fits one page"));
        return reply.Json["total"]!.GetValue<int>();
    }
}
