using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Fhir.Transaction;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Delete;

/// <summary><c>DELETE Type/id</c>: the author marks the resource as entered in error.</summary>
internal sealed class DeleteHandler(Authorizer authorizer, SingleEntry single)
{
    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string type, string id, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, type, ScopeAccess.Delete).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        ObjectBuilder entry = new ObjectBuilder().Add("method", "DELETE").Add("url", $"{type}/{id}").Add("ifMatch", request.Headers.IfMatch.FirstOrDefault());
        return await single.RunAsync(caller, null, entry, representation: false, cancel);
    }
}
