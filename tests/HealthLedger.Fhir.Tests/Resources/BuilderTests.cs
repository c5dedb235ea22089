using System.Text;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Structure;

namespace HealthLedger.Fhir.Tests.Resources;

public class BuilderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly AccessAudit Read = new()
    {
        Id = "a",
        Recorded = Now,
        Permitted = true,
        Requester = "did:healthledger:test:clinician",
        RequesterName = "Dr. Sample",
        Organization = "Organization/clinic",
        Purposes = ["TREAT"],
        Patient = "Patient/p",
        Opened = ["Observation/o1", "Observation/o2"],
        Consent = "Consent/c",
        Receipt = "urn:healthledger:test:2:17:3",
        Observer = "did:healthledger:test:node",
    };

    public static TheoryData<string, FhirResource> Everything => new()
    {
        { "outcome", OperationOutcomes.Of([FhirIssue.Error(IssueCodes.Invalid, "No.", "Patient.name")], "HL-4001") },
        { "outcome without issues", OperationOutcomes.Of([]) },
        { "information", OperationOutcomes.Information("Fine.") },
        { "permitted read", AuditEvents.Access(Read) },
        { "permitted search", AuditEvents.Access(Read with { Interaction = "search-type", Query = "Observation?category=laboratory" }) },
        { "permitted everything", AuditEvents.Access(Read with { Interaction = "everything" }) },
        { "denied", AuditEvents.Access(Read with { Permitted = false, Reason = "No grant", Consent = null, Receipt = null, Opened = [] }) },
        { "provenance", Provenances.Create(new() { Targets = ["Patient/p"], Recorded = Now, Author = "did:x:y", OnBehalfOf = "Organization/o", Receipt = "urn:r" }) },
        { "consent", Consents.Create(new() { Patient = "Patient/p", Given = Now, Grantees = ["Organization/o", "did:x:y"], From = Now, Until = Now.AddDays(3), Purposes = ["TREAT"], Segments = ["general"], Receipt = "urn:r" }) },
        { "revoked consent", Consents.Create(new() { Patient = "did:x:y", Given = Now, Grantees = ["Organization/o"], IsActive = false, Permits = false, Custodian = "Organization/c" }) },
        { "capabilities", CapabilityStatements.Create(new() { Url = "http://localhost/fhir", SoftwareName = "x", SoftwareVersion = "1", Date = Now, TokenUrl = "http://localhost/token" }) },
        { "search set", Bundles.SearchSet([new(Patient, "http://x/Patient/p"), new(Patient, null, "include")], 1, [new("self", "http://x/Patient"), new("next", "http://x/Patient?page=2")], Now) },
        { "empty search set", Bundles.SearchSet([], 0, [new("self", "http://x/Patient")]) },
        { "transaction response", Bundles.TransactionResponse([new("201 Created", "Patient/p/_history/1", "W/\"1\"", Now)], [new("related", "http://x/receipt")]) },
        { "batch response", Bundles.BatchResponse([new("404", Outcome: OperationOutcomes.Error(IssueCodes.NotFound, "No.")), new("200", Resource: Patient)]) },
        { "transaction", Bundles.Transaction([("urn:uuid:0b7f9d7c-0000-4000-8000-000000000000", Patient)]) },
        { "collection", Bundles.Collection([(null, Patient)], Now) },
    };

    private static FhirResource Patient => FhirJson.Parse("""{"resourceType":"Patient","id":"p"}"""u8).Resource!;

    [Theory]
    [MemberData(nameof(Everything))]
    public void Whatever_is_built_passes_the_structural_check(string what, FhirResource resource)
    {
        StructureCheck.Check(resource).Should().BeEmpty(what);
        FhirJson.Parse(resource.ToUtf8Bytes()).Resource!.ToUtf8Bytes().Should().Equal(resource.ToUtf8Bytes());
    }

    [Fact]
    public void A_denied_access_names_the_reason_and_opens_nothing()
    {
        string text = Encoding.UTF8.GetString(AuditEvents.Access(Read with { Permitted = false, Reason = "No grant", Opened = [] }).ToUtf8Bytes());
        text.Should().Contain("\"outcome\":\"8\"").And.Contain("\"outcomeDesc\":\"No grant\"").And.Contain("AuthZ-Consent").And.NotContain("Observation/");
    }

    [Fact]
    public void An_outcome_carries_the_stable_code()
    {
        string text = Encoding.UTF8.GetString(OperationOutcomes.Error(IssueCodes.Forbidden, "No.", "HL-4031").ToUtf8Bytes());
        text.Should().Be("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"system":"urn:healthledger:error","code":"HL-4031"}]},"diagnostics":"No."}]}""");
    }
}
