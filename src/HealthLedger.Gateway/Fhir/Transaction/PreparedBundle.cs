using System.Globalization;
using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Ingest;
using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>A Bundle whose resources were checked and named, and the plan of it with every reference resolved. Nothing is stored yet.</summary>
internal sealed class PreparedBundle
{
    private readonly Dictionary<int, IReadOnlyList<FhirIssue>> _issues = [];
    private EntryNames _names = null!;

    private PreparedBundle()
    {
    }

    /// <summary>The plan.</summary>
    public TransactionPlan Plan { get; private set; } = null!;

    /// <summary>Checks, names and plans. One query to the ledger where the Bundle has conditions.</summary>
    public static async Task<Result<PreparedBundle>> MakeAsync(FhirCaller caller, FhirResource bundle, bool lenient, CancellationToken cancel)
    {
        PreparedBundle prepared = new();
        OrganizationSeat seat = caller.Seat;
        FhirResource sound = prepared.Check(bundle);
        // What the Bundle itself brings may be referred to by condition.
        ResourceNames brought = new();
        brought.Add(sound, seat.Wallet, seat.Registry);
        prepared._names = EntryNames.Of(sound, seat.Wallet, seat.Registry);
        IngestOptions expected = new() { Expected = brought.Resources, ExpectedPatients = brought.Patients };
        Result<ConditionFinder> asked = await ConditionFinder.AskAsync(sound, seat.Client, seat.Wallet, seat.Directory, seat.Registry, expected, cancel);
        if (!asked.TryGet(out ConditionFinder? conditions, out Fault fault)) return fault;
        prepared.Plan = TransactionPlan.Create(prepared._names.Bundle, new TransactionOptions
        {
            NewId = prepared._names.IdOf,
            Resolve = conditions.Find,
            KeepUnresolvedAsLogical = lenient,
            CheckStructure = false,
        });
        return prepared;
    }

    /// <summary>What the structure check says of an entry.</summary>
    public IReadOnlyList<FhirIssue> StructureIssues(int index) => _issues.GetValueOrDefault(index) ?? [];

    /// <summary>What the resource of an entry is called where it comes from.</summary>
    public SourceName SourceOf(PlannedEntry entry) => _names[entry.Index]!.Value;

    /// <summary>What the source calls the patient that an entry begins; null where the Bundle does not bring the patient.</summary>
    public SourceName? BeginningOf(string patientId) => _names.Patients.TryGetValue(patientId, out (Protocol.Did.LedgerDid Did, SourceName Name) patient) ? patient.Name : null;

    /// <summary>True where an entry is to be created only if the ledger does not have its name yet.</summary>
    public bool IsConditional(PlannedEntry entry) => _names.IsConditional(entry.Index);

    /// <summary>Takes resources out that FHIR does not allow: nothing can refer to them then.</summary>
    private FhirResource Check(FhirResource bundle)
    {
        if (bundle.Root["entry"] is not FhirArray entries) return bundle;
        FhirNode[]? sound = null;
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i] is not FhirObject entry || FhirResource.From(entry["resource"]) is not { } resource) continue;
            IReadOnlyList<FhirIssue> issues = StructureCheck.Check(resource);
            if (!issues.Any(issue => issue.Refuses)) continue;
            _issues[i] = [.. issues.Select(issue => issue with { Expression = string.Create(CultureInfo.InvariantCulture, $"Bundle.entry[{i}].resource.ofType({issue.Expression})") })];
            sound ??= [.. entries.Items];
            sound[i] = entry.Without("resource");
        }
        return sound is null ? bundle : bundle.WithRoot(bundle.Root.With("entry", FhirArray.Of(sound)));
    }
}
