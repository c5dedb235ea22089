using HealthLedger.Fhir;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Read;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Fhir.Search;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>
/// Carries Bundles out; a single create, update or delete is a Bundle of one entry. Shared resources go first, into the organization's own subject;
/// then each patient's, a transaction's in one atomic statement; then reads.
/// </summary>
internal sealed class BundleRunner(SearchHandler search)
{
    // Types that can belong to a patient and need not.
    private static readonly HashSet<string> MayBeShared = ["Device", "Group", "Person", "Schedule", "Appointment", "AppointmentResponse", "List", "Provenance", "AuditEvent"];

    /// <summary>Carries a Bundle out. A fault where all of it is refused; then nothing but shared resources was stored.</summary>
    /// <param name="caller">Whose token was checked.</param>
    /// <param name="bundle">A transaction, batch or collection.</param>
    /// <param name="lenient">Whether a transaction goes on past refused entries.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<BundleOutcome> RunAsync(FhirCaller caller, FhirResource bundle, bool lenient, CancellationToken cancel)
    {
        if (!(await PreparedBundle.MakeAsync(caller, bundle, lenient, cancel)).TryGet(out PreparedBundle? prepared, out Fault fault)) return new BundleOutcome(fault, [], []);
        TransactionPlan plan = prepared.Plan;
        if (plan.Issues.Any(issue => issue.Refuses)) return new BundleOutcome(new Fault(FaultCode.FhirInvalid, ""), plan.Issues, []);
        bool strict = plan.IsTransaction && !lenient;
        EntryResult?[] results = new EntryResult?[plan.Entries.Count];
        foreach (PlannedEntry entry in plan.Entries) results[entry.Index] = Refuse(caller, prepared, entry, strict);

        List<SubjectBatch> batches = await GroupAsync(caller, prepared, results, cancel);
        if (strict && All(results, batches) is { } refused) return refused;
        foreach (PlannedEntry entry in Open(plan, results, EntryAction.Delete)) results[entry.Index] = await EntryDelete.RunAsync(caller, entry, cancel);
        foreach (SubjectBatch batch in batches)
        {
            Fault? stopped = await batch.DepositAsync(results, atomic: strict && !batch.IsShared, cancel);
            if (stopped is { } whole && strict) return new BundleOutcome(whole, [], []);
            if (strict && All(results, []) is { } late) return late;
        }
        await ExistingEntries.FillAsync(caller, plan, results, cancel);
        foreach (PlannedEntry entry in Open(plan, results, EntryAction.Read)) results[entry.Index] = await ReadAsync(caller, entry, lenient, cancel);
        return new BundleOutcome(default, [], [.. results.Select(result => result ?? EntryResult.Refused(new Fault(FaultCode.TransactionRefused, "The entry was not carried out.")))]);
    }

    private static IEnumerable<PlannedEntry> Open(TransactionPlan plan, EntryResult?[] results, EntryAction action) =>
        plan.Order.Select(index => plan.Entries[index]).Where(entry => entry.Action == action && results[entry.Index] is null);

    /// <summary>Why an entry cannot be carried out, by itself; null where nothing speaks against it yet.</summary>
    private static EntryResult? Refuse(FhirCaller caller, PreparedBundle prepared, PlannedEntry entry, bool strict)
    {
        if (prepared.StructureIssues(entry.Index) is { Count: > 0 } issues) return EntryResult.Refused(new Fault(FaultCode.FhirInvalid, ""), issues);
        if (entry.IsRefused)
        {
            FhirIssue[] refusing = [.. entry.Issues.Where(issue => issue.Refuses)];
            FaultCode code = refusing switch
            {
                [{ Code: IssueCodes.NotFound }, ..] => FaultCode.ReferenceUnresolved,
                [{ Code: IssueCodes.MultipleMatches }, ..] => FaultCode.ConditionAmbiguous,
                [{ Code: IssueCodes.NotSupported }, ..] => FaultCode.InteractionUnknown,
                _ => FaultCode.FhirInvalid,
            };
            return EntryResult.Refused(new Fault(code, ""), refusing);
        }
        ScopeAccess needed = entry.Action switch
        {
            EntryAction.Create or EntryAction.Existing => ScopeAccess.Create,
            EntryAction.Update => ScopeAccess.Update,
            EntryAction.Delete => ScopeAccess.Delete,
            _ => (entry.Url ?? "").Contains('/') ? ScopeAccess.Read : ScopeAccess.Search,
        };
        if (caller.Lacks(entry.Type, needed) is { } lacking) return EntryResult.Refused(lacking);
        if (strict && entry.Action == EntryAction.Delete)
            return EntryResult.Refused(new Fault(FaultCode.RequestUnfit, "A retraction is an entry of its own: send DELETE by itself or in a batch."));
        return null;
    }

    /// <summary>Sorts what is to be stored by subject, shared first; entries that belong to nobody known are refused.</summary>
    private static async Task<List<SubjectBatch>> GroupAsync(FhirCaller caller, PreparedBundle prepared, EntryResult?[] results, CancellationToken cancel)
    {
        List<SubjectBatch> batches = [];
        HashSet<string> begun = [.. prepared.Plan.Entries.Where(entry => entry is { Action: EntryAction.Create, Type: "Patient" } && results[entry.Index] is null).Select(entry => entry.Id!)];
        foreach (PlannedEntry entry in prepared.Plan.Order.Select(index => prepared.Plan.Entries[index]))
        {
            if (results[entry.Index] is not null || entry.Action is not (EntryAction.Create or EntryAction.Update)) continue;
            string? owner = entry.Type == "Patient" ? entry.Id : entry.Patients.FirstOrDefault();
            if (owner is null && PatientCompartment.IsPatientType(entry.Type) && !MayBeShared.Contains(entry.Type))
            {
                results[entry.Index] = EntryResult.Refused(new Fault(FaultCode.PatientUnclear, "The resource names no patient, so there is no record that it could belong to."));
                continue;
            }
            SubjectBatch? batch = batches.Find(known => known.PatientId == owner);
            if (batch is null)
            {
                LedgerDid subject = caller.Seat.Wallet.Did;
                SourceName? begins = owner is not null && begun.Contains(owner) ? prepared.BeginningOf(owner) : null;
                bool known = owner is null || (FhirIds.TryPatient(caller.Seat.Client.Network.Name, owner, out subject)
                    && (begins is not null || (await caller.Seat.Directory.GetAsync(subject, cancel)).IsOk));
                if (!known)
                {
                    results[entry.Index] = EntryResult.Refused(new Fault(FaultCode.ReferenceUnresolved, "The resource names a patient that this ledger does not know; post the Patient before it, or in the same Bundle."));
                    continue;
                }
                batch = new SubjectBatch(caller, prepared, subject, owner, begins);
                batches.Add(batch);
            }
            batch.Add(entry);
        }
        return [.. batches.OrderBy(batch => batch.IsShared ? 0 : 1)];
    }

    /// <summary>A transaction is refused whole where one entry is, or where it is about several patients.</summary>
    private static BundleOutcome? All(EntryResult?[] results, List<SubjectBatch> batches)
    {
        EntryResult[] refused = [.. results.OfType<EntryResult>().Where(result => result.IsRefused)];
        if (refused.Length > 0)
        {
            // Entries that fell with another say less than the one that pulled them down.
            Fault fault = refused.Select(result => result.Fault).FirstOrDefault(each => each.Code != FaultCode.AtomicRefused, refused[0].Fault);
            return new BundleOutcome(fault, [.. refused.SelectMany(result => result.Issues).Take(50)], []);
        }
        return batches.Count(batch => !batch.IsShared) > 1
            ? new BundleOutcome(new Fault(FaultCode.PatientUnclear, "A transaction is about one patient; send one for each, or a batch."), [], [])
            : null;
    }

    private async Task<EntryResult> ReadAsync(FhirCaller caller, PlannedEntry entry, bool lenient, CancellationToken cancel)
    {
        string[] halves = entry.Url!.Split('?', 2);
        string[] path = halves[0].Split('/');
        return path switch
        {
            [var type] => EntryResult.Of(await search.SearchAsync(caller, type, QueryPairs.Parse(halves.Length > 1 ? halves[1] : ""), lenient, cancel)),
            [var type, var id] when halves.Length == 1 => EntryResult.Of(await ReadHandler.ReadAsync(caller, type, id, null, cancel)),
            [var type, var id, "_history", var version] when halves.Length == 1 => EntryResult.Of(await ReadHandler.ReadAsync(caller, type, id, version, cancel)),
            _ => EntryResult.Refused(new Fault(FaultCode.InteractionUnknown, "In a Bundle a GET reads one resource, one version of it, or searches one type.")),
        };
    }
}

/// <summary>What became of a Bundle.</summary>
/// <param name="Fault">Why all of it was refused; none where the entries tell.</param>
/// <param name="Issues">Where.</param>
/// <param name="Results">A result for each entry, in the Bundle's order.</param>
internal sealed record BundleOutcome(Fault Fault, IReadOnlyList<FhirIssue> Issues, IReadOnlyList<EntryResult> Results);
