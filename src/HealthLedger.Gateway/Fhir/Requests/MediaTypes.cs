using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>JSON in, JSON out; anything else is refused before work is done.</summary>
internal static class MediaTypes
{
    /// <summary>A fault where the answer could only be given in a format that the client does not take.</summary>
    public static Fault? RefuseAnswer(HttpRequest request)
    {
        if (request.Query.TryGetValue("_format", out var formats))
            return formats is [{ } format] && IsJson(format.Replace(' ', '+')) ? null : new Fault(FaultCode.NotAcceptable, "_format is json or application/fhir+json.");
        if (request.Headers.Accept.Count == 0) return null;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) return Unacceptable;
        return accepted.Any(type => type.Quality != 0 && (type.MatchesAllTypes || (type.MatchesAllSubTypes && type.Type == "application") || IsJson(type.MediaType.Value))) ? null : Unacceptable;
    }

    /// <summary>A fault where the body is not JSON in UTF-8.</summary>
    public static Fault? RefuseBody(HttpRequest request)
    {
        bool json = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) && IsJson(type.MediaType.Value)
            && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        return json ? null : new Fault(FaultCode.MediaTypeUnknown, "Send the body as application/fhir+json in UTF-8.");
    }

    private static Fault Unacceptable => new(FaultCode.NotAcceptable, "Answers are application/fhir+json.");

    private static bool IsJson(string? type) => type?.ToLowerInvariant() is "json" or "application/json" or "application/fhir+json" or "text/json";
}
