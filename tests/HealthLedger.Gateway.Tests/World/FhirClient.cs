using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HealthLedger.Gateway.Tests.World;

/// <summary>A plain client of the FHIR door.</summary>
internal sealed class FhirClient(HttpClient http)
{
    public HttpClient Http => http;

    public Task<FhirReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<FhirReply> PostAsync(string path, JsonNode body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, body.ToJsonString(), headers);

    public Task<FhirReply> PutAsync(string path, JsonNode body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, body.ToJsonString(), headers);

    public Task<FhirReply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public async Task<FhirReply> SendAsync(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path.StartsWith("http", StringComparison.Ordinal) ? new Uri(path.Replace("https://gateway.example", http.BaseAddress!.ToString().TrimEnd('/'))) : new Uri(http.BaseAddress!, $"/fhir/{path}"));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        }
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return await FhirReply.OfAsync(answer);
    }

    /// <summary>A patient; returns the id.</summary>
    public async Task<string> PatientAsync(string number = "4711")
    {
        FhirReply reply = await PostAsync("Patient", Samples.Patient(number));
        reply.Status.Should().BeOneOf([200, 201], reply.Text);
        return reply.Id;
    }

    /// <summary>An observation of a patient; returns the id.</summary>
    public async Task<string> ObservationAsync(string patient, string code = "4548-4", decimal value = 5.4m, string date = "2024-05-01")
    {
        FhirReply reply = await PostAsync("Observation", Samples.Observation(patient, code, value, date));
        reply.Status.Should().Be(201, reply.Text);
        return reply.Id;
    }
}

/// <summary>An answer of the FHIR door.</summary>
internal sealed record FhirReply(int Status, string Text, JsonNode? Json, HttpResponseHeaders Headers, string? ContentType, DateTimeOffset? LastModified)
{
    public string Id => Json!["id"]!.GetValue<string>();

    public string? Type => Json?["resourceType"]?.GetValue<string>();

    public string? Version => Headers.ETag?.ToString();

    /// <summary>The path of the receipt that the answer links, or null.</summary>
    public string? Receipt => Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links.Single(link => link.Contains("rel=\"https://healthledger.org/rel/receipt\""))[1..].Split('>')[0] : null;

    /// <summary>The stable code of an OperationOutcome.</summary>
    public string? Code => Json?["issue"]?[0]?["details"]?["coding"]?[0]?["code"]?.GetValue<string>();

    public IReadOnlyList<JsonNode> Entries => [.. (Json?["entry"]?.AsArray() ?? []).Select(entry => entry!)];

    public string? LinkTo(string relation) => Json?["link"]?.AsArray().FirstOrDefault(link => link!["relation"]!.GetValue<string>() == relation)?["url"]!.GetValue<string>();

    public static async Task<FhirReply> OfAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        JsonNode? json = text.Length > 0 && answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonNode.Parse(text) : null;
        return new FhirReply((int)answer.StatusCode, text, json, answer.Headers, answer.Content.Headers.ContentType?.ToString(), answer.Content.Headers.LastModified);
    }

    /// <summary>Asserts a refusal of this status and code, in FHIR's form.</summary>
    public void ShouldBeRefused(int status, string code)
    {
        Status.Should().Be(status, Text);
        Type.Should().Be("OperationOutcome");
        Code.Should().Be(code, Text);
        Json!["issue"]![0]!["severity"]!.GetValue<string>().Should().BeOneOf("error", "fatal");
    }
}
