using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace HealthLedger.Node.Demo;

/// <summary>The FHIR door as one organization's system uses it: a bearer token, FHIR JSON, nothing of our own SDK.</summary>
internal sealed class FhirDoor(HttpClient http, Func<CancellationToken, Task<string>> token)
{
    private const string FhirJson = "application/fhir+json";

    /// <summary>An answer: the status, the resource, and the link to the receipt that it rests on.</summary>
    public sealed record Answer(HttpStatusCode Status, JsonElement Body, string? ReceiptLink)
    {
        /// <summary>True for 2xx.</summary>
        public bool IsGood => (int)Status is >= 200 and < 300;

        /// <summary>The first issue of an OperationOutcome, or the status where there is none.</summary>
        public string Reason => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("issue", out JsonElement issues) && issues.GetArrayLength() > 0
            && issues[0].TryGetProperty("diagnostics", out JsonElement words) ? words.GetString()! : $"status {(int)Status}";
    }

    /// <summary>GET below <c>/fhir/</c>.</summary>
    public Task<Answer> GetAsync(string path, string practitioner, CancellationToken cancel)
    {
        HttpRequestMessage request = new(HttpMethod.Get, $"fhir/{path}");
        request.Headers.Add("X-Practitioner", practitioner);
        request.Headers.Add("X-Purpose-Of-Use", "TREAT");
        return SendAsync(request, cancel);
    }

    /// <summary>POST of a Bundle to <c>/fhir</c>.</summary>
    public Task<Answer> PostBundleAsync(byte[] bundle, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, "fhir")
        {
            Content = new ByteArrayContent(bundle) { Headers = { ContentType = new MediaTypeHeaderValue(FhirJson) { CharSet = Encoding.UTF8.WebName } } },
        }, cancel);

    private async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancel));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(FhirJson));
            using HttpResponseMessage response = await http.SendAsync(request, cancel);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancel);
            JsonElement json = body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
            string? receipt = response.Headers.TryGetValues("Link", out IEnumerable<string>? links)
                ? links.SelectMany(link => link.Split(',')).Where(link => link.Contains("rel/receipt", StringComparison.Ordinal))
                    .Select(link => link[(link.IndexOf('<') + 1)..link.IndexOf('>')]).FirstOrDefault()
                : null;
            return new Answer(response.StatusCode, json, receipt);
        }
    }
}
