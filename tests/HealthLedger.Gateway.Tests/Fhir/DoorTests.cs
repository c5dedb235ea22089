using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class DoorTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task The_capability_statement_needs_no_token_and_says_what_the_door_takes()
    {
        FhirReply reply = await new FhirClient(world.Http).GetAsync("metadata");
        reply.Status.Should().Be(200);
        reply.Type.Should().Be("CapabilityStatement");
        reply.Json!["fhirVersion"]!.GetValue<string>().Should().Be("4.0.1");
        reply.Json["format"]!.ToJsonString().Should().Contain("json");
        JsonNode rest = reply.Json["rest"]![0]!;
        rest["documentation"]!.GetValue<string>().Should().Contain("X-Purpose-Of-Use").And.Contain("X-Practitioner");
        rest["security"]!.ToJsonString().Should().Contain("https://gateway.example/token");
        HealthLedger.Fhir.Structure.StructureCheck.Check(HealthLedger.Fhir.Json.FhirJson.Parse(Encoding.UTF8.GetBytes(reply.Text)).Resource!).Should().BeEmpty();
    }

    [Fact]
    public async Task HEAD_answers_as_GET_without_a_body_and_OPTIONS_says_what_is_allowed()
    {
        using HttpResponseMessage head = await world.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/fhir/metadata"));
        ((int)head.StatusCode).Should().Be(200);
        head.Content.Headers.ContentLength.Should().BePositive();
        using HttpResponseMessage options = await world.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/fhir/Observation"));
        ((int)options.StatusCode).Should().Be(204);
        options.Content.Headers.Allow.Should().Contain(["GET", "POST", "PUT", "DELETE"]);
        options.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse("browsers of other origins have no business here");
        using HttpResponseMessage patch = await world.Http.SendAsync(new HttpRequestMessage(HttpMethod.Patch, "/fhir/Observation/1"));
        (await FhirReply.OfAsync(patch)).ShouldBeRefused(405, "HL-6009");
        patch.Content.Headers.Allow.Should().Contain("PUT");
        (await new FhirClient(world.Http).GetAsync("Observation/1/2/3/4")).ShouldBeRefused(404, "HL-7005");
    }

    [Theory]
    [InlineData("application/fhir+json", 200)]
    [InlineData("application/json;q=0.5, text/html", 200)]
    [InlineData("*/*", 200)]
    [InlineData("application/*", 200)]
    [InlineData("application/fhir+xml", 406)]
    [InlineData("text/html", 406)]
    [InlineData("application/json;q=0", 406)]
    public async Task An_answer_is_json_or_not_acceptable(string accept, int status)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/fhir/metadata");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage answer = await world.Http.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData("json", 200)]
    [InlineData("application/fhir%2Bjson", 200)]
    [InlineData("application/fhir+json", 200)]
    [InlineData("xml", 406)]
    public async Task A_format_parameter_stands_above_the_header(string format, int status)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"/fhir/metadata?_format={format}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using HttpResponseMessage answer = await world.Http.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData("application/fhir+xml")]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    public async Task A_body_is_json_in_utf_8(string type)
    {
        FhirClient hospital = await world.ClientAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/fhir/Patient") { Content = new ByteArrayContent("{}"u8.ToArray()) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using HttpResponseMessage answer = await hospital.Http.SendAsync(request);
        (await FhirReply.OfAsync(answer)).ShouldBeRefused(415, "HL-7014");
    }

    [Fact]
    public async Task A_request_keeps_its_id_and_gets_one_where_it_has_none()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/fhir/metadata");
        request.Headers.Add("X-Request-Id", "trace-7.1_a");
        using HttpResponseMessage answer = await world.Http.SendAsync(request);
        answer.Headers.GetValues("X-Request-Id").Should().Equal("trace-7.1_a");
        using HttpRequestMessage odd = new(HttpMethod.Get, "/fhir/metadata");
        odd.Headers.TryAddWithoutValidation("X-Request-Id", "a b<script>");
        using HttpResponseMessage replaced = await world.Http.SendAsync(odd);
        replaced.Headers.GetValues("X-Request-Id").Single().Should().MatchRegex("^[0-9a-f]{32}$");
    }

    [Fact]
    public async Task No_answer_tells_of_the_server_or_may_be_kept()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply reply = await hospital.GetAsync($"Patient/{await hospital.PatientAsync("headers")}");
        reply.Headers.Contains("Server").Should().BeFalse();
        reply.Headers.CacheControl!.NoStore.Should().BeTrue();
        reply.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Fact]
    public async Task What_is_wrong_with_a_resource_is_said_with_its_place_and_without_its_values()
    {
        FhirClient hospital = await world.ClientAsync();
        JsonObject patient = Samples.Patient("wrong");
        patient["birthDate"] = "Tuesday-the-secret";
        patient["gender"] = "unclear-secret";
        FhirReply reply = await hospital.PostAsync("Patient", patient);
        reply.ShouldBeRefused(422, "HL-6002");
        reply.Json!["issue"]!.AsArray().Should().HaveCount(2);
        reply.Text.Should().Contain("birthDate").And.NotContain("secret");
        (await hospital.PostAsync("Observation", Samples.Patient("type"))).ShouldBeRefused(422, "HL-6002");
        (await hospital.SendAsync(HttpMethod.Post, "Patient", "{\"resourceType\":")).ShouldBeRefused(400, "HL-6001");
    }

    [Fact]
    public async Task Minimal_answers_have_no_body()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply reply = await hospital.PostAsync("Patient", Samples.Patient("minimal"), ("Prefer", "return=minimal"));
        (reply.Status, reply.Text).Should().Be((201, ""));
        reply.Headers.Location.Should().NotBeNull();
        JsonObject bundle = Samples.Bundle("transaction", (Samples.Patient("represented"), "urn:uuid:r", Samples.Post("Patient")));
        FhirReply represented = await hospital.PostAsync("", bundle, ("Prefer", "return=representation"));
        represented.Entries[0]["resource"]!["meta"]!["versionId"]!.GetValue<string>().Should().Be("1");
    }

    [Fact]
    public async Task Everything_takes_its_parameters_and_pages()
    {
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("all");
        for (int i = 0; i < 5; i++) await hospital.ObservationAsync(patient, value: i, date: $"202{i}-01-01");
        (await hospital.GetAsync($"Patient/{patient}/$everything")).Entries.Should().HaveCount(6);
        (await hospital.GetAsync($"Patient/{patient}/$everything?_type=Observation")).Entries.Should().HaveCount(5);
        (await hospital.GetAsync($"Patient/{patient}/$everything?_type=Observation&start=2021&end=2022")).Entries.Should().HaveCount(2);
        (await hospital.GetAsync($"Patient/{patient}/$everything?_since=2000-01-01")).Entries.Should().HaveCount(6);
        (await hospital.GetAsync($"Patient/{patient}/$everything?colour=red")).ShouldBeRefused(400, "HL-6003");
        List<string> seen = [];
        for (string? next = $"Patient/{patient}/$everything?_count=4"; next is not null;)
        {
            FhirReply page = await hospital.GetAsync(next);
            seen.AddRange(page.Entries.Select(entry => entry["fullUrl"]!.GetValue<string>()));
            next = page.LinkTo("next");
        }
        seen.Should().HaveCount(6).And.OnlyHaveUniqueItems();
        (await hospital.GetAsync($"Patient/{new string('a', 52)}/$everything")).ShouldBeRefused(404, "HL-7005");
    }
}
