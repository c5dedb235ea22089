using HealthLedger.Protocol;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>How a Bundle is taken in.</summary>
public sealed record IngestOptions
{
    /// <summary>
    /// True: a conditional reference by identifier that finds nothing is kept as a logical reference, with a warning. False: it refuses its entry.
    /// </summary>
    public bool KeepUnresolvedAsLogical { get; init; }

    /// <summary>Ids of resources that this run brings in elsewhere: references to them resolve although the ledger does not have them yet. Null for none.</summary>
    public IReadOnlySet<Id16>? Expected { get; init; }

    /// <summary>Patients that this run brings in elsewhere, by FHIR id. Null for none.</summary>
    public IReadOnlySet<string>? ExpectedPatients { get; init; }

    /// <summary>Most entries of one Bundle.</summary>
    public int EntriesMax { get; init; } = 20_000;
}

/// <summary>Which entries of a plan are put in.</summary>
[Flags]
public enum IngestPart
{
    /// <summary>What belongs to no patient: practitioners, places, medications.</summary>
    Shared = 1,

    /// <summary>What belongs to patients.</summary>
    Patients = 2,

    /// <summary>Everything, the shared ones first.</summary>
    All = Shared | Patients,
}
