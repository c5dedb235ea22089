using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary><c>POST</c> to the base: a transaction, one patient's and all or nothing; a batch; or a collection, each resource of which is created.</summary>
internal sealed class TransactionHandler(Authorizer authorizer, BundleRunner runner, FhirLimits limits)
{
    /// <summary>Answers one request.</summary>
    public async Task<FhirAnswer> HandleAsync(HttpRequest request, CancellationToken cancel)
    {
        // The scopes are checked entry by entry.
        if (!authorizer.Authenticate(request).TryGet(out FhirCaller? caller, out Fault fault)) return FhirAnswer.Of(fault);
        (FhirResource? bundle, FhirAnswer? refusal) = await ResourceBody.ReadAsync(request, limits);
        if (bundle is null) return refusal!;
        Preferences prefer = Preferences.Of(request);
        BundleOutcome outcome = await runner.RunAsync(caller, bundle, prefer.Lenient, cancel);
        if (!outcome.Fault.IsNone) return FhirAnswer.Of(outcome.Fault, outcome.Issues);
        string type = bundle.Root.Text("type") == "transaction" ? "transaction-response" : "batch-response";
        return FhirAnswer.Found(BundleAnswer.Build(type, outcome.Results, prefer.Return == "representation"), null);
    }
}
