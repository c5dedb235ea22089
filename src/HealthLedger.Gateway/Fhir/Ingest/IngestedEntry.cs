using HealthLedger.Client.Records;
using HealthLedger.Fhir;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>What became of one entry of a Bundle.</summary>
/// <param name="Planned">The entry as it was planned; its issues say what was noticed.</param>
public sealed record IngestedEntry(PlannedEntry Planned)
{
    /// <summary>What the ledger has of it; null where it was not put in.</summary>
    public DepositedRecord? Record { get; init; }

    /// <summary>True where a condition found the resource in the ledger already, and nothing was put in.</summary>
    public bool WasThere { get; init; }

    /// <summary>Why it is not in the ledger; none where it is.</summary>
    public Fault Fault { get; init; }

    /// <summary>True when the resource is in the ledger now.</summary>
    public bool IsIn => Fault.IsNone && (WasThere || Record is { Kind: not DepositKind.Refused });

    /// <summary><c>Type/id</c> in the ledger, or the type alone where it has no id.</summary>
    public string Reference => Planned.Id is { } id ? $"{Planned.Type}/{id}" : Planned.Type;

    /// <summary>What was noticed about an entry that is taken all the same.</summary>
    public IEnumerable<FhirIssue> Warnings => Planned.Issues.Where(issue => !issue.Refuses);
}
