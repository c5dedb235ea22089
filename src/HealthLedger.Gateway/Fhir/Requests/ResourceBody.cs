using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Bodies;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>Reads a resource from a request.</summary>
internal static class ResourceBody
{
    /// <summary>The resource, or the answer that refuses it: another content type, too long, too slow, not strict JSON, no resource.</summary>
    public static async Task<(FhirResource? Resource, FhirAnswer? Refusal)> ReadAsync(HttpRequest request, FhirLimits limits)
    {
        if (MediaTypes.RefuseBody(request) is { } type) return (null, FhirAnswer.Of(type));
        Result<ReadOnlyMemory<byte>> body = await RequestBody.ReadAsync(request, limits.MaxBytes);
        if (!body.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault)) return (null, FhirAnswer.Of(fault));
        FhirParse parse = FhirJson.Parse(bytes, limits);
        if (parse.Resource is { } resource) return (resource, null);
        bool limit = parse.Issues is [{ Code: IssueCodes.TooLong or IssueCodes.TooCostly }, ..];
        return (null, FhirAnswer.Of(new Fault(limit ? FaultCode.FormatLimit : FaultCode.FhirMalformed, ""), parse.Issues));
    }
}
