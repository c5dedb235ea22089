using System.Collections.Frozen;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Records;
using HealthLedger.Client.Telemetry;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>
/// Takes FHIR Bundles in for one organization, at the door and in an import alike: names and ids that can be found again, references rewritten, patients
/// begun, every resource labelled, sealed and put in. The same Bundle again adds nothing. Safe for several threads.
/// </summary>
/// <param name="client">The node.</param>
/// <param name="author">The organization.</param>
/// <param name="directory">Its view of patients.</param>
/// <param name="depositor">Puts its records in.</param>
public sealed class FhirIngest(LedgerClient client, OrganizationWallet author, PatientDirectory directory, RecordDepositor depositor) : IDisposable
{
    // Types that can belong to a patient and need not.
    private static readonly FrozenSet<string> MayBeShared =
        FrozenSet.ToFrozenSet(["Device", "Group", "Person", "Schedule", "Appointment", "AppointmentResponse", "List", "Provenance", "AuditEvent"]);

    private readonly PatientRegistry _registry = new(client);

    // Shared resources have one subject, and what two Bundles bring of the same practitioner must follow one another.
    private readonly SemaphoreSlim _sharedTurn = new(1, 1);

    /// <summary>Begins patients.</summary>
    public PatientRegistry Registry => _registry;

    /// <summary>Works out what a Bundle asks for. Costs one query to the ledger where the Bundle has conditional references; nothing is written.</summary>
    public async Task<Result<IngestPlan>> PlanAsync(FhirResource bundle, IngestOptions options, CancellationToken cancel = default)
    {
        using ClientStage stage = ClientStage.Begin("plan");
        EntryNames names = EntryNames.Of(bundle, author, _registry);
        Result<ConditionFinder> asked = await ConditionFinder.AskAsync(bundle, client, author, directory, _registry, options, cancel).ConfigureAwait(false);
        if (!asked.TryGet(out ConditionFinder? conditions, out Fault fault)) return fault;
        TransactionOptions how = new() { NewId = names.IdOf, Resolve = conditions.Find, KeepUnresolvedAsLogical = options.KeepUnresolvedAsLogical, MaxEntries = options.EntriesMax };
        return new IngestPlan(TransactionPlan.Create(names.Bundle, how), names);
    }

    /// <summary>
    /// Puts the entries that create something in, and tells for each what became of it; entries of the other part, and those that do not create, are left
    /// out. A fault for the whole means that nothing is known of what is not yet in: run it again.
    /// </summary>
    public async Task<Result<IReadOnlyList<IngestedEntry>>> DepositAsync(IngestPlan plan, IngestPart part, DepositOptions? options = null, CancellationToken cancel = default)
    {
        List<PlannedEntry> entries = [];
        List<IngestedEntry> done = [];
        foreach (int index in plan.Plan.Order)
        {
            PlannedEntry entry = plan.Plan.Entries[index];
            if (entry.IsRefused && part.HasFlag(entry.IsShared ? IngestPart.Shared : IngestPart.Patients)) done.Add(new IngestedEntry(entry) { Fault = FaultOf(entry) });
            else if (!entry.IsRefused && entry.Action == EntryAction.Create && !IsOwnerless(entry)) entries.Add(entry);
            else if (part.HasFlag(IngestPart.Shared) && IsOwnerless(entry)) done.Add(new IngestedEntry(entry) { Fault = new Fault(FaultCode.PatientUnclear, "The resource names no patient, so there is no record that it could belong to.") });
        }
        if (part.HasFlag(IngestPart.Shared) && await SharedAsync(plan, [.. entries.Where(entry => entry.IsShared)], options, done, cancel).ConfigureAwait(false) is { } stopped) return stopped;
        if (!part.HasFlag(IngestPart.Patients)) return done;
        foreach (IGrouping<string, PlannedEntry> patient in entries.Where(entry => !entry.IsShared).GroupBy(entry => entry.Patients[0]))
            if (await PatientAsync(plan, patient.Key, [.. patient], options, done, cancel).ConfigureAwait(false) is { } broken) return broken;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _sharedTurn.Dispose();

    private async Task<Fault?> SharedAsync(IngestPlan plan, PlannedEntry[] entries, DepositOptions? options, List<IngestedEntry> done, CancellationToken cancel)
    {
        if (entries.Length == 0) return null;
        await _sharedTurn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            Result<PatientView> subject = await _registry.EnsureSharedAsync(author, directory, RecordShape.SharedLabel, cancel).ConfigureAwait(false);
            if (!subject.IsOk) return subject.Fault;
            return await StoreAsync(plan, author.Did, null, entries, options, done, cancel).ConfigureAwait(false);
        }
        finally
        {
            _sharedTurn.Release();
        }
    }

    private async Task<Fault?> PatientAsync(IngestPlan plan, string patient, PlannedEntry[] entries, DepositOptions? options, List<IngestedEntry> done, CancellationToken cancel)
    {
        Result<PatientView> view;
        if (plan.Names.Patients.TryGetValue(patient, out (LedgerDid Did, SourceName Name) own))
            view = await _registry.EnsureStewardedAsync(author, directory, own.Name.ForPatient.System, own.Name.ForPatient.Id, cancel).ConfigureAwait(false);
        else if (FhirIds.TryPatient(client.Network.Name, patient, out LedgerDid did))
            view = await directory.GetAsync(did, cancel).ConfigureAwait(false);
        else
            view = new Fault(FaultCode.PatientUnclear, "It belongs to a patient that is neither in the Bundle nor in the ledger.");
        if (!view.TryGet(out PatientView? known, out Fault fault))
        {
            if (fault.Code is not (FaultCode.PatientUnclear or FaultCode.NotFound or FaultCode.SubjectUnknown)) return fault;
            done.AddRange(entries.Select(entry => new IngestedEntry(entry) { Fault = fault }));
            return null;
        }
        string[] missing = [.. entries.Select(entry => RecordShape.Of(entry.Resource!, default, patient).Label).Distinct().Where(label => !known.ByLabel.ContainsKey(label))];
        if (missing.Length > 0)
        {
            Result<PatientView> opened = await _registry.EnsureOwnSegmentsAsync(author, directory, known.Did, missing, cancel).ConfigureAwait(false);
            if (!opened.IsOk) return opened.Fault;
        }
        return await StoreAsync(plan, known.Did, patient, entries, options, done, cancel).ConfigureAwait(false);
    }

    private async Task<Fault?> StoreAsync(
        IngestPlan plan, LedgerDid subject, string? patient, PlannedEntry[] entries, DepositOptions? options, List<IngestedEntry> done, CancellationToken cancel)
    {
        Result<HashSet<int>> asked = await ThereAsync(plan, entries, cancel).ConfigureAwait(false);
        if (!asked.TryGet(out HashSet<int>? there, out Fault fault)) return fault;
        done.AddRange(entries.Where(entry => there.Contains(entry.Index)).Select(entry => new IngestedEntry(entry) { WasThere = true }));
        PlannedEntry[] open = [.. entries.Where(entry => !there.Contains(entry.Index))];
        if (open.Length == 0) return null;
        PlainRecord[] records = [.. open.Select(entry => RecordShape.Of(entry.Resource!, plan.Names[entry.Index]!.Value, patient))];
        Result<IReadOnlyList<DepositedRecord>> deposited = await depositor.DepositAsync(subject, records, options, cancel).ConfigureAwait(false);
        if (!deposited.TryGet(out IReadOnlyList<DepositedRecord>? results, out fault)) return fault;
        done.AddRange(open.Select((entry, i) => new IngestedEntry(entry) { Record = results[i], Fault = results[i].Fault }));
        return null;
    }

    // Entries to be created only where the ledger has no resource of their name, and for which it has one.
    private async Task<Result<HashSet<int>>> ThereAsync(IngestPlan plan, PlannedEntry[] entries, CancellationToken cancel)
    {
        PlannedEntry[] conditional = [.. entries.Where(entry => plan.Names.IsConditional(entry.Index))];
        if (conditional.Length == 0) return new HashSet<int>();
        Result<IReadOnlyList<ResourceHit?>> answer =
            await client.Queries.ResourcesAsync(author.Party, [.. conditional.Select(entry => plan.Names[entry.Index]!.Value.ResourceId(author))], cancel).ConfigureAwait(false);
        if (!answer.TryGet(out IReadOnlyList<ResourceHit?>? hits, out Fault fault)) return fault;
        return conditional.Where((_, i) => hits[i] is not null).Select(entry => entry.Index).ToHashSet();
    }

    private static bool IsOwnerless(PlannedEntry entry) => entry is { IsRefused: false, IsShared: true, Action: EntryAction.Create } && PatientCompartment.IsPatientType(entry.Type) && !MayBeShared.Contains(entry.Type);

    private static Fault FaultOf(PlannedEntry entry)
    {
        HealthLedger.Fhir.FhirIssue issue = entry.Issues.First(issue => issue.Refuses);
        FaultCode code = issue.Code is HealthLedger.Fhir.IssueCodes.NotFound ? FaultCode.ReferenceUnresolved
            : issue.Code is HealthLedger.Fhir.IssueCodes.MultipleMatches ? FaultCode.ConditionAmbiguous
            : FaultCode.FhirInvalid;
        return new Fault(code, issue.Expression.Length == 0 ? issue.Diagnostics : $"{issue.Expression}: {issue.Diagnostics}");
    }
}
