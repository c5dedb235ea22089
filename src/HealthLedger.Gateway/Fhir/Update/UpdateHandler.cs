using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Fhir.Transaction;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Update;

/// <summary><c>PUT Type/id</c>: the next version, by the author of the one before; <c>If-Match</c> names the version that it is to follow.</summary>
internal sealed class UpdateHandler(Authorizer authorizer, SingleEntry single)
{
    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string type, string id, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, type, ScopeAccess.Update).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        ObjectBuilder entry = new ObjectBuilder().Add("method", "PUT").Add("url", $"{type}/{id}").Add("ifMatch", request.Headers.IfMatch.FirstOrDefault());
        return await single.RunAsync(caller, request, type, entry, cancel);
    }
}
