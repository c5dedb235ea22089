using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HealthLedger.Gateway.Telemetry;

/// <summary>What a request asks for, in words of a bounded list: fit for labels, unlike a path.</summary>
/// <param name="Door">Which door: <c>fhir</c>, <c>smart</c>, <c>ledger</c>, <c>health</c>, <c>metrics</c>, <c>portal</c>; <c>none</c> where nothing is.</param>
/// <param name="Name">What is done there: FHIR's own word, or the route's pattern.</param>
internal sealed record Interaction(string Door, string Name)
{
    private static readonly Interaction Nowhere = new("none", "none"), Portal = new("portal", "file"), Token = new("smart", "token");

    /// <summary>The one of a request whose route is known.</summary>
    public static Interaction Of(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint) return Nowhere;
        if (endpoint.Metadata.GetMetadata<Interaction>() is { } told) return told;
        string pattern = (endpoint as RouteEndpoint)?.RoutePattern.RawText?.Trim('/') ?? "";
        string[] parts = pattern.Split('/', 2);
        return parts[0] switch
        {
            "token" => Token,
            "fhir" or "ledger" or "health" or "metrics" => new Interaction(parts[0], parts.Length > 1 ? parts[1] : parts[0]),
            _ => Portal,
        };
    }
}
