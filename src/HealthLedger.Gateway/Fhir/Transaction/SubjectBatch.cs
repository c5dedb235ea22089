using HealthLedger.Client.Patients;
using HealthLedger.Client.Records;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>The entries of one subject that are to be stored together.</summary>
/// <param name="caller">Who stores.</param>
/// <param name="prepared">The Bundle.</param>
/// <param name="subject">The patient, or the organization itself.</param>
/// <param name="patientId">The patient's FHIR id; null for what is shared.</param>
/// <param name="begins">The source of the Patient that the Bundle brings; null where the patient is known.</param>
internal sealed class SubjectBatch(FhirCaller caller, PreparedBundle prepared, LedgerDid subject, string? patientId, SourceName? begins)
{
    private const int AttemptsMax = 3;

    private readonly List<PlannedEntry> _entries = [];

    /// <summary>The patient's FHIR id; null for what is shared.</summary>
    public string? PatientId => patientId;

    /// <summary>True for what belongs to no patient.</summary>
    public bool IsShared => patientId is null;

    /// <summary>Adds an entry that is to be created or updated.</summary>
    public void Add(PlannedEntry entry) => _entries.Add(entry);

    /// <summary>
    /// Stores the entries and sets their results. All in one atomic statement if asked, unless they exceed a statement's limits (1,024 events, a
    /// few megabytes): then in several, each by itself. A fault where nothing is known of the whole.
    /// </summary>
    public async Task<Fault?> DepositAsync(EntryResult?[] results, bool atomic, CancellationToken cancel)
    {
        OrganizationSeat seat = caller.Seat;
        Fault fault;
        if ((await OpenSubjectAsync(seat, cancel)).TryGet(out PatientView? view, out fault) is false) return Refuse(results, fault);
        List<(PlannedEntry Entry, PlainRecord Record)> records = [];
        if (await FindConditionalAsync(results, cancel) is { } unasked) return Refuse(results, unasked);
        foreach (PlannedEntry entry in _entries.Where(entry => results[entry.Index] is null))
        {
            if (entry.Action == EntryAction.Update)
            {
                (PlainRecord? changed, EntryResult? settled) = await EntryUpdate.PrepareAsync(caller, entry, subject, patientId, cancel);
                results[entry.Index] = settled;
                if (changed is not null) records.Add((entry, changed));
            }
            else
            {
                records.Add((entry, RecordShape.Of(entry.Resource!, prepared.SourceOf(entry), patientId)));
            }
        }
        if (atomic && _entries.Any(entry => results[entry.Index] is { IsRefused: true })) return null;
        if (records.Count == 0) return null;

        string[] missing = [.. records.Select(record => record.Record.Label).Distinct().Where(label => !view!.ByLabel.ContainsKey(label))];
        if (missing.Length > 0 && !(await seat.Registry.EnsureOwnSegmentsAsync(seat.Wallet, seat.Directory, subject, missing, cancel)).TryGet(out _, out fault)) return Refuse(results, fault);
        bool fits = records.Count <= Statement.EventsMax - 24 && records.Sum(record => (long)record.Record.Content.Length + record.Record.Manifest.Length + 256) < ExchangeLimits.EnvelopeBytesGoal;
        for (int attempt = 1; ; attempt++)
        {
            Result<IReadOnlyList<DepositedRecord>> answer = await seat.Depositor.DepositAsync(subject, [.. records.Select(record => record.Record)], new DepositOptions { Atomic = atomic && fits }, cancel);
            if (!answer.TryGet(out IReadOnlyList<DepositedRecord>? deposited, out fault)) return Refuse(results, fault);
            for (int i = 0; i < records.Count; i++) results[records[i].Entry.Index] = ResultOf(records[i].Entry, deposited[i]);
            // Somebody else brought the same resource a moment ago: seen from what is there now, it is a version of it, or the same.
            (PlannedEntry Entry, PlainRecord Record)[] overtaken = [.. records.Where((record, i) => record.Record.Follows is null && deposited[i].Fault.Code is FaultCode.ResourceExists or FaultCode.RecordNotNewest && !prepared.IsConditional(record.Entry))];
            if (overtaken.Length == 0 || (atomic && fits) || attempt == AttemptsMax) return null;
            records = [.. overtaken];
        }
    }

    /// <summary>Settles the entries that are to be created only where there is none, and for which there is one.</summary>
    private async Task<Fault?> FindConditionalAsync(EntryResult?[] results, CancellationToken cancel)
    {
        PlannedEntry[] conditional = [.. _entries.Where(entry => entry.Action == EntryAction.Create && prepared.IsConditional(entry))];
        if (conditional.Length == 0) return null;
        Result<IReadOnlyList<ResourcePlace?>> asked = await ResourceFinder.FindAsync(caller, [.. conditional.Select(entry => prepared.SourceOf(entry).ResourceId(caller.Seat.Wallet))], cancel);
        if (!asked.TryGet(out IReadOnlyList<ResourcePlace?>? places, out Fault fault)) return fault;
        for (int i = 0; i < conditional.Length; i++)
            if (places[i] is { IsRetracted: false }) results[conditional[i].Index] = Found(conditional[i]);
        return null;
    }

    private static EntryResult Found(PlannedEntry entry) => new() { Status = 200, Reference = $"{entry.Type}/{entry.Id}" };

    private async Task<Result<PatientView>> OpenSubjectAsync(OrganizationSeat seat, CancellationToken cancel)
    {
        if (IsShared) return await seat.Registry.EnsureSharedAsync(seat.Wallet, seat.Directory, RecordShape.SharedLabel, cancel);
        return begins is { } source
            ? await seat.Registry.EnsureStewardedAsync(seat.Wallet, seat.Directory, source.ForPatient.System, source.ForPatient.Id, cancel)
            : await seat.Directory.GetAsync(subject, cancel);
    }

    private Fault Refuse(EntryResult?[] results, Fault fault)
    {
        foreach (PlannedEntry entry in _entries) results[entry.Index] ??= EntryResult.Refused(fault);
        return fault;
    }

    /// <summary>The result of a deposited record; version, time and receipt of what was there before are filled in later.</summary>
    private EntryResult ResultOf(PlannedEntry entry, DepositedRecord record)
    {
        string reference = $"{entry.Type}/{entry.Id}";
        if (record.Fault.Code == FaultCode.ResourceExists && prepared.IsConditional(entry)) return Found(entry);
        if (record.Kind == DepositKind.Refused)
        {
            Fault fault = record.Fault.Code == FaultCode.RecordNotNewest ? new Fault(FaultCode.VersionDiffers, "Somebody else changed the resource first; read it again.") : record.Fault;
            return EntryResult.Refused(fault) with { Reference = reference };
        }
        EntryResult result = new() { Status = record.Kind == DepositKind.Added ? 201 : 200, Reference = reference, Resource = entry.Resource };
        return record.StatementId is not { } statement || record.Kind == DepositKind.Existing ? result : result with
        {
            Version = record.Kind == DepositKind.Added ? 1 : null,
            Modified = DateTimeOffset.FromUnixTimeMilliseconds(record.Time),
            Receipt = new ReceiptLink(record.Shard, statement, record.Index),
        };
    }
}
