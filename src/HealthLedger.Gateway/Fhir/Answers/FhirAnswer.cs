using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Answers;

/// <summary>What a handler answers: a status, what stands in the headers, and at most one resource.</summary>
internal sealed record FhirAnswer(int Status)
{
    /// <summary>The body; null for none.</summary>
    public FhirResource? Resource { get; init; }

    /// <summary>The entry that the answer rests on.</summary>
    public ReceiptLink? Receipt { get; init; }

    /// <summary>Where the resource is: <c>Type/id/_history/version</c> below the base.</summary>
    public string? Location { get; init; }

    /// <summary>The resource's version.</summary>
    public int? Version { get; init; }

    /// <summary>When that version was made.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>Why it was refused; none for an answer that is not a refusal.</summary>
    public Fault Fault { get; init; }

    /// <summary>True for 200 to 299 and 304.</summary>
    public bool IsGood => Status is (>= 200 and < 300) or 304;

    /// <summary>A resource that was found.</summary>
    public static FhirAnswer Found(FhirResource resource, ReceiptLink? receipt) => new(200) { Resource = resource, Receipt = receipt };

    /// <summary>A refusal: the status of its code, its sentence in an OperationOutcome.</summary>
    public static FhirAnswer Of(Fault fault, ReceiptLink? receipt = null) => Of(fault, [], receipt);

    /// <summary>A refusal with the issues that say where.</summary>
    public static FhirAnswer Of(Fault fault, IReadOnlyList<FhirIssue> issues, ReceiptLink? receipt = null)
    {
        FaultRow row = FaultTable.Row(fault.Code);
        FhirIssue[] told = issues.Count > 0 ? [.. issues] : [FhirIssue.Error(row.IssueType, fault.Message.Length > 0 ? fault.Message : row.Sentence)];
        return new FhirAnswer(row.HttpStatus) { Resource = OperationOutcomes.Of(told, fault.CodeText), Receipt = receipt, Fault = fault };
    }

    /// <summary>A refusal by code, with the table's sentence.</summary>
    public static FhirAnswer Of(FaultCode code, string sentence) => Of(new Fault(code, sentence));

    /// <summary>There is no such resource, or nothing that the asker may know of.</summary>
    public static FhirAnswer NotFound(ReceiptLink? receipt = null) => Of(new Fault(FaultCode.NotFound, "There is no such resource."), receipt);
}
