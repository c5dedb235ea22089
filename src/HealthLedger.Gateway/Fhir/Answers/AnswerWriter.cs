using System.Globalization;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Telemetry;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Answers;

/// <summary>Writes answers as <c>application/fhir+json</c>, never to be cached.</summary>
/// <param name="fhirBase">The address of the door, without a slash at its end.</param>
internal sealed class AnswerWriter(string fhirBase)
{
    private const string ContentType = "application/fhir+json; charset=utf-8";
    private const int RetryAfterSeconds = 1;

    /// <summary>Writes one answer.</summary>
    public async Task WriteAsync(HttpContext http, FhirAnswer answer)
    {
        HttpResponse response = http.Response;
        IHeaderDictionary headers = response.Headers;
        response.StatusCode = answer.Status;
        http.NoteRefusal(answer.Fault);
        headers.CacheControl = "no-store";
        if (answer.Receipt is { } receipt) headers.Append("Link", receipt.Header);
        if (answer.Location is { } location) headers.Location = $"{fhirBase}/{location}";
        if (answer.Version is { } version) headers.ETag = string.Create(CultureInfo.InvariantCulture, $"W/\"{version}\"");
        if (answer.LastModified is { } modified) headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
        if (answer.Status == StatusCodes.Status401Unauthorized)
            headers.WWWAuthenticate = answer.Fault.Code == FaultCode.TokenMissing ? "Bearer realm=\"fhir\"" : "Bearer realm=\"fhir\", error=\"invalid_token\"";
        if (answer.Fault.Code == FaultCode.ScopeMissing) headers.WWWAuthenticate = "Bearer realm=\"fhir\", error=\"insufficient_scope\"";
        if (answer.Status is StatusCodes.Status503ServiceUnavailable) headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        if (answer.Resource is not { } resource || answer.Status == StatusCodes.Status304NotModified) return;
        byte[] body = resource.ToUtf8Bytes();
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await response.Body.WriteAsync(body, http.RequestAborted);
    }
}
