using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>Carries one create, update or delete out as a Bundle of one entry, so that there is one way in.</summary>
internal sealed class SingleEntry(BundleRunner runner, FhirLimits limits)
{
    /// <summary>Reads the resource from the request and carries the entry out.</summary>
    public async Task<FhirAnswer> RunAsync(FhirCaller caller, HttpRequest request, string type, ObjectBuilder entry, CancellationToken cancel)
    {
        (FhirResource? resource, FhirAnswer? refusal) = await ResourceBody.ReadAsync(request, limits);
        if (resource is null) return refusal!;
        if (resource.Type != type) return FhirAnswer.Of(FaultCode.FhirInvalid, "The resource's type is not the one in the address.");
        return await RunAsync(caller, resource, entry, Preferences.Of(request).Return is not ("minimal" or "OperationOutcome"), cancel);
    }

    /// <summary>Carries the entry out.</summary>
    public async Task<FhirAnswer> RunAsync(FhirCaller caller, FhirResource? resource, ObjectBuilder entry, bool representation, CancellationToken cancel)
    {
        FhirObject only = new ObjectBuilder().Add("resource", resource?.Root).Add("request", entry).Build();
        FhirResource bundle = FhirResource.From(ObjectBuilder.Resource("Bundle").Add("type", "batch").AddAll("entry", only).Build())!;
        BundleOutcome outcome = await runner.RunAsync(caller, bundle, lenient: false, cancel);
        if (!outcome.Fault.IsNone) return FhirAnswer.Of(outcome.Fault, outcome.Issues);
        EntryResult result = outcome.Results[0];
        return (result with { Resource = BundleAnswer.Body(result) }).ToAnswer(representation);
    }
}
