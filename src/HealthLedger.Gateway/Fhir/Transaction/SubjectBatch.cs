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
        foreach (PlannedEntry entry in _entries)
        {
            if (entry.Action == EntryAction.Update)
            {
                (PlainRecord? changed, EntryResult? settled) = await EntryUpdate.PrepareAsync(caller, entry, subject, patientId, cancel);
                results[entry.Index] = settled;
                if (changed is not null) records.Add((entry, changed));
            }
            else
            {
                SourceName source = entry.Type == "Patient" ? SourceName.OfPatient(subject) : prepared.SourceOf(entry);
                records.Add((entry, RecordShape.Of(entry.Resource!, source, patientId)));
            }
        }
        if (atomic && _entries.Any(entry => results[entry.Index] is { IsRefused: true })) return null;
        if (records.Count == 0) return null;

        string[] missing = [.. records.Select(record => record.Record.Label).Distinct().Where(label => !view!.ByLabel.ContainsKey(label))];
        if (missing.Length > 0 && !(await seat.Registry.EnsureOwnSegmentsAsync(seat.Wallet, seat.Directory, subject, missing, cancel)).TryGet(out _, out fault)) return Refuse(results, fault);
        PlainRecord[] plain = [.. records.Select(record => record.Record)];
        bool fits = plain.Length <= Statement.EventsMax - 24 && plain.Sum(record => (long)record.Content.Length + record.Manifest.Length + 256) < ExchangeLimits.EnvelopeBytesGoal;
        Result<IReadOnlyList<DepositedRecord>> answer = await seat.Depositor.DepositAsync(subject, plain, new DepositOptions { Atomic = atomic && fits }, cancel);
        if (!answer.TryGet(out IReadOnlyList<DepositedRecord>? deposited, out fault)) return Refuse(results, fault);
        for (int i = 0; i < records.Count; i++) results[records[i].Entry.Index] = ResultOf(records[i].Entry, deposited[i]);
        return null;
    }

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
    private static EntryResult ResultOf(PlannedEntry entry, DepositedRecord record)
    {
        string reference = $"{entry.Type}/{entry.Id}";
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
