using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.TestMaterial;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class HostileInputTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task Every_hostile_file_gets_a_clear_refusal_at_every_door_that_takes_a_body()
    {
        string folder = SharedData.Require("malicious");
        FhirClient hospital = await world.ClientAsync();
        string id = await hospital.ObservationAsync(await hospital.PatientAsync("hostile"));
        (string Method, string Path, string Type)[] doors =
        [
            ("POST", "/fhir", "application/fhir+json"), ("POST", "/fhir/Observation", "application/fhir+json"), ("POST", "/fhir/Patient", "application/fhir+json"), ("PUT", $"/fhir/Observation/{id}", "application/fhir+json"),
            ("POST", "/fhir/Observation/_search", "application/x-www-form-urlencoded"), ("POST", "/token", "application/x-www-form-urlencoded"),
            ("POST", "/ledger/submissions", "application/cbor"), ("POST", "/ledger/queries", "application/cbor"),
        ];
        int tried = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            foreach ((string method, string path, string type) in doors)
            {
                using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = new ByteArrayContent(bytes) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
                using HttpResponseMessage answer = await hospital.Http.SendAsync(request);
                string text = await answer.Content.ReadAsStringAsync();
                string what = $"{Path.GetFileName(file)} at {method} {path}: {text[..Math.Min(text.Length, 500)]}";
                // One of them is a Bundle that only hides something in it: its entries are answered one by one.
                bool answered = path == "/fhir" && Path.GetFileName(file) == "ai-us-core.json" && answer.IsSuccessStatusCode;
                if (!answered) ((int)answer.StatusCode).Should().BeInRange(400, 499, what);
                text.Should().NotContain("   at ", what).And.NotContain(folder, what).And.NotContain("Exception", what).And.NotContain(".cs:", what);
                if (!answered && path.StartsWith("/fhir", StringComparison.Ordinal)) (await FhirReply.OfAsync(answer)).Code.Should().MatchRegex("^HL-[0-9]{4}$", what);
                if (path.StartsWith("/ledger", StringComparison.Ordinal)) answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+cbor");
                // Nothing of the input comes back that could be a value: the shortest inputs say nothing.
                if (bytes.Length is > 24 and < 4096) text.Should().NotContain(Encoding.UTF8.GetString(bytes), what);
                tried++;
            }
        }
        tried.Should().BeGreaterThan(1_000);
        world.Log.Defects.Should().BeEmpty();
    }

    [Fact]
    public async Task Hostile_texts_come_back_as_they_were_or_are_refused()
    {
        string[] lines = await File.ReadAllLinesAsync(Directory.EnumerateFiles(SharedData.Require("malicious/naughty-strings"), "*.txt").First());
        FhirClient hospital = await world.ClientAsync();
        int kept = 0;
        foreach (string line in lines.Where(line => line.Length > 0 && !line.StartsWith('#')).Where((_, i) => i % 5 == 0).Take(100))
        {
            JsonObject patient = Samples.Patient("naughty");
            patient["name"]![0]!["family"] = line;
            FhirReply reply = await hospital.PostAsync("Patient", patient);
            reply.Status.Should().BeOneOf([200, 201, 422], reply.Text);
            if (reply.Status == 422) continue;
            (await hospital.GetAsync($"Patient/{reply.Id}")).Json!["name"]![0]!["family"]!.GetValue<string>().Should().Be(line);
            kept++;
            using HttpResponseMessage search = await hospital.Http.GetAsync($"/fhir/Patient?_id={reply.Id}&family={Uri.EscapeDataString(line)}");
            ((int)search.StatusCode).Should().BeOneOf(200, 400, 414, 431);
        }
        kept.Should().BeGreaterThan(50);
        world.Log.Defects.Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_it_is_read()
    {
        FhirClient hospital = await world.ClientAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/fhir/Patient") { Content = new ByteArrayContent(new byte[(8 << 20) + 1]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage answer = await hospital.Http.SendAsync(request);
        (await FhirReply.OfAsync(answer)).ShouldBeRefused(413, "HL-1004");
    }

    [Fact]
    public async Task A_deep_resource_is_refused()
    {
        FhirClient hospital = await world.ClientAsync();
        string deep = "{\"resourceType\":\"Patient\",\"extension\":" + string.Concat(Enumerable.Repeat("[{\"url\":\"x\",\"extension\":", 2000)) + "[]" + string.Concat(Enumerable.Repeat("}]", 2000)) + "}";
        FhirReply reply = await hospital.SendAsync(HttpMethod.Post, "Patient", deep);
        reply.Status.Should().BeOneOf(400, 413);
        reply.Type.Should().Be("OperationOutcome");
    }

    [Theory]
    [InlineData("/fhir/Observation/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/fhir/Observation/..%5c..%5cwindows")]
    [InlineData("/fhir/%00/x")]
    [InlineData("/fhir/Observation/%ff")]
    [InlineData("/fhir/Observation/a/_history/999999999999999999999")]
    [InlineData("/fhir/Observation/a/b/c/d/e")]
    [InlineData("/fhir/Observation?_page=%00%ff")]
    [InlineData("/fhir/Observation?patient=%27%20OR%201=1")]
    [InlineData("/ledger/receipts/zz/1")]
    [InlineData("/ledger/receipts/0000000000000000000000000000000000000000000000000000000000000000/-1")]
    [InlineData("/ledger/submissions/999999/0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/ledger/tile/../../../etc/passwd")]
    public async Task An_odd_address_is_answered_and_never_a_defect(string path)
    {
        FhirClient hospital = await world.ClientAsync();
        using HttpResponseMessage answer = await hospital.Http.GetAsync(path);
        ((int)answer.StatusCode).Should().BeOneOf([200, 400, 404, 410], path);
        world.Log.Defects.Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_that_is_no_request_is_refused_by_the_server()
    {
        foreach (string raw in new[] { "GET / HTTP/9.9\r\n\r\n", "rubbish\r\n\r\n", $"GET /{new string('a', 70_000)} HTTP/1.1\r\nHost: x\r\n\r\n", "POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" })
        {
            using TcpClient client = new(world.Base.Host, world.Base.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(raw));
            byte[] answer = new byte[32];
            int read = await client.GetStream().ReadAsync(answer);
            if (read > 0) Encoding.ASCII.GetString(answer, 0, read).Should().MatchRegex("^HTTP/1\\.1 (4|5)");
        }
        world.Log.Defects.Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_given_up()
    {
        string token = await world.TokenAsync("hospital", "system/*.cruds");
        using TcpClient client = new(world.Base.Host, world.Base.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/fhir+json\r\nContent-Length: 5000\r\n\r\n{{"));
        using StreamReader reader = new(stream);
        (await reader.ReadLineAsync()).Should().StartWith("HTTP/1.1 408");
    }
}
