using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>What became of one entry of a Bundle.</summary>
internal sealed record EntryResult
{
    /// <summary>The HTTP status that the entry would have had by itself.</summary>
    public required int Status { get; init; }

    /// <summary>Why it was refused.</summary>
    public Fault Fault { get; init; }

    /// <summary>Where, and what was noticed.</summary>
    public IReadOnlyList<FhirIssue> Issues { get; init; } = [];

    /// <summary><c>Type/id</c>; null where there is no resource.</summary>
    public string? Reference { get; init; }

    /// <summary>The resource's version.</summary>
    public int? Version { get; init; }

    /// <summary>When that version was made.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The entry of the ledger that it rests on.</summary>
    public ReceiptLink? Receipt { get; init; }

    /// <summary>What was stored or found.</summary>
    public FhirResource? Resource { get; init; }

    /// <summary>True where the entry asked to read.</summary>
    public bool IsRead { get; init; }

    /// <summary>True where it was not carried out.</summary>
    public bool IsRefused => !Fault.IsNone;

    /// <summary><c>Type/id/_history/version</c>, or null.</summary>
    public string? Location => Reference is null || Version is null ? null : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Reference}/_history/{Version}");

    /// <summary>A refusal.</summary>
    public static EntryResult Refused(Fault fault, IReadOnlyList<FhirIssue>? issues = null) =>
        new() { Status = FaultTable.Row(fault.Code).HttpStatus, Fault = fault, Issues = issues ?? [] };

    /// <summary>What a handler answered, as the result of an entry.</summary>
    public static EntryResult Of(FhirAnswer answer) => new()
    {
        Status = answer.Status,
        Fault = answer.Fault,
        Version = answer.Version,
        Modified = answer.LastModified,
        Receipt = answer.Receipt,
        IsRead = true,
        Resource = answer.Fault.IsNone ? answer.Resource : null,
    };

    /// <summary>The result of the only entry as an answer of its own.</summary>
    public FhirAnswer ToAnswer(bool representation)
    {
        if (IsRefused) return FhirAnswer.Of(Fault, Issues, Receipt);
        FhirResource? body = representation ? Resource : null;
        return new FhirAnswer(Status) { Resource = body, Location = Location, Version = Version, LastModified = Modified, Receipt = Receipt };
    }
}
