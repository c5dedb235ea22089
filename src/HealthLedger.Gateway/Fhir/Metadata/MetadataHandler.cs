using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;

namespace HealthLedger.Gateway.Fhir.Metadata;

/// <summary><c>GET metadata</c>: what this door takes; the one answer that needs no token. Built once.</summary>
internal sealed class MetadataHandler(string fhirBase, string tokenUrl, string version, DateTimeOffset since)
{
    private static readonly string Documentation = string.Join("\n",
        $"- `{Authorizer.PurposeHeader}`: the purpose of use, TREAT where it is missing: {string.Join(", ", PurposeOfUse.Purposes.Keys)}.",
        $"- `{Authorizer.PractitionerHeader}`: who reads, by an identifier that means something to your organization alone; on the ledger it is a salted commitment.",
        $"- `{Authorizer.RoleHeader}`: {string.Join(", ", PurposeOfUse.Roles.Keys)}.",
        $"- Every answer that rests on a ledger entry links its receipt: `Link: <...>; rel=\"{ReceiptLink.Relation}\"`, in Bundles an extension of the entry's response.",
        "- `Prefer: handling=lenient` makes a search ignore parameters it does not know, and a transaction an import that reports refused entries and goes on.",
        "- Searches are within one patient's record; links to next pages hold for fifteen minutes and ask for access anew.",
        "- Ids are the server's: PUT changes what exists, DELETE marks it as entered in error.");

    private readonly FhirAnswer _answer = FhirAnswer.Found(Build(fhirBase, tokenUrl, version, since), null);

    /// <summary>Answers one request.</summary>
    public FhirAnswer Handle() => _answer;

    private static FhirResource Build(string fhirBase, string tokenUrl, string version, DateTimeOffset since)
    {
        FhirResource statement = CapabilityStatements.Create(new ServerDescription
        {
            Url = fhirBase,
            SoftwareName = "HealthLedger",
            SoftwareVersion = version,
            Date = since,
            TokenUrl = tokenUrl,
            Interactions = ["create", "read", "vread", "update", "delete", "history-instance", "search-type"],
        });
        if (statement.Root["rest"] is not FhirArray { Count: 1 } rest || rest[0] is not FhirObject server) return statement;
        return statement.WithRoot(statement.Root.With("rest", FhirArray.Of(server.WithAfter("mode", "documentation", FhirValue.String(Documentation)))));
    }
}
