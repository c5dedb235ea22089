using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Fhir.Transaction;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Create;

/// <summary><c>POST Type</c>, also with <c>If-None-Exist</c>: a new resource, or the one that the same submission gave before.</summary>
internal sealed class CreateHandler(Authorizer authorizer, SingleEntry single)
{
    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, string type, CancellationToken cancel)
    {
        if (!authorizer.Authorize(request, type, ScopeAccess.Create).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        ObjectBuilder entry = new ObjectBuilder().Add("method", "POST").Add("url", type).Add("ifNoneExist", request.Headers["If-None-Exist"].FirstOrDefault());
        return await single.RunAsync(caller, request, type, entry, cancel);
    }
}
