using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Submit;
using HealthLedger.Client.Telemetry;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Records;

/// <summary>
/// Puts an organization's records in: asks what is there, seals what is not, writes it in statements, seals a batch key again where a
/// segment's key has moved on. Safe for several threads; the writer's back pressure holds the caller.
/// </summary>
/// <param name="client">The node.</param>
/// <param name="author">The provider.</param>
/// <param name="directory">The provider's view of patients.</param>
public sealed class RecordDepositor(LedgerClient client, OrganizationWallet author, PatientDirectory directory)
{
    private const int RoundsMax = 4;

    private readonly RecordSealer _sealer = new(author.Ids, client.Random);

    /// <summary>
    /// Puts records of one patient in and returns a result for each, in their order. A fault for the whole means that nothing is known of those
    /// not yet settled: run it again.
    /// </summary>
    public async Task<Result<IReadOnlyList<DepositedRecord>>> DepositAsync(
        LedgerDid patient, IReadOnlyList<PlainRecord> records, DepositOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new DepositOptions();
        Result<PatientView> known = await directory.GetAsync(patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out Fault fault)) return fault;
        Result<DepositPlan> planned = await DepositPlan.MakeAsync(client.Queries, author.Party, author.Ids, records, options.KnownNew, cancel).ConfigureAwait(false);
        if (!planned.TryGet(out DepositPlan? plan, out fault)) return fault;

        int[] open = Open(plan, view, records, options.Atomic, out Fault missing);
        if (!missing.IsNone) return missing;
        PlainRecord[] plain = [.. open.Select(i => records[i])];
        if (!Seal(patient, view, plain, [.. open.Select(i => plan.Names[i])]).TryGet(out IReadOnlyList<SealedBatch>? batches, out fault)) return fault;
        if (options.Atomic && batches.Count > 1) return new Fault(FaultCode.RecordTooLarge, "Records that must go in together do not fit one statement.");

        bool chained = Chain(batches, open, plan);
        Task<Result<IReadOnlyList<DepositedRecord>>>[] writing = new Task<Result<IReadOnlyList<DepositedRecord>>>[batches.Count];
        for (int i = 0; i < batches.Count; i++)
        {
            writing[i] = WriteAsync(patient, view, batches[i], options.Atomic, cancel);
            if (chained) await writing[i].ConfigureAwait(false);
        }
        await Task.WhenAll(writing).ConfigureAwait(false);
        foreach (SealedBatch batch in batches) batch.Dispose();
        int next = 0;
        foreach (Task<Result<IReadOnlyList<DepositedRecord>>> written in writing)
        {
            if (!(await written.ConfigureAwait(false)).TryGet(out IReadOnlyList<DepositedRecord>? done, out fault)) return fault;
            foreach (DepositedRecord record in done) plan.Settled[open[next++]] = record;
        }
        return await WithFirstAsync(plan.Settled!, cancel).ConfigureAwait(false);
    }

    private Result<IReadOnlyList<SealedBatch>> Seal(LedgerDid patient, PatientView view, PlainRecord[] records, RecordNames[] names)
    {
        using ClientStage stage = ClientStage.Begin("seal");
        stage.Span?.SetTag("healthledger.records", records.Length);
        return _sealer.Seal(patient, view.ByLabel, records, names);
    }

    /// <summary>The version under which a retraction has its record key.</summary>
    public static string RetractionVersion(Hash32 recordId) => $"retraction of {recordId}";

    /// <summary>Says that a record was entered in error. The same retraction again is found as a duplicate.</summary>
    /// <param name="patient">The patient.</param>
    /// <param name="recordId">The newest version.</param>
    /// <param name="system">The source system.</param>
    /// <param name="sourceId">The record's id there.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<WrittenStatement>> RetractAsync(LedgerDid patient, Hash32 recordId, string system, string sourceId, CancellationToken cancel = default)
    {
        RetractBody body = new() { Record = recordId, RecordKey = author.Ids.RecordKey(system, sourceId, RetractionVersion(recordId)) };
        if (!SegmentOpening.Event(client.Random, EventType.RecordRetract, patient, body.Encode).TryGet(out Event retract, out Fault fault)) return fault;
        return (await client.Writer.WriteAsync(Draft(patient, [retract], [], atomic: false), cancel).ConfigureAwait(false)).AllGood();
    }

    /// <summary>A duplicate was written by another run a moment before: what the ledger has is that one.</summary>
    private async Task<Result<IReadOnlyList<DepositedRecord>>> WithFirstAsync(DepositedRecord[] records, CancellationToken cancel)
    {
        int[] repeated = [.. Enumerable.Range(0, records.Length).Where(i => records[i] is { Kind: DepositKind.Existing, StatementId: not null })];
        if (repeated.Length == 0) return records;
        Result<IReadOnlyList<RecordKeyHit?>> asked = await client.Queries.RecordKeysAsync(author.Party, [.. repeated.Select(i => records[i].Names.RecordKey)], cancel).ConfigureAwait(false);
        if (!asked.TryGet(out IReadOnlyList<RecordKeyHit?>? hits, out Fault fault)) return fault;
        for (int i = 0; i < repeated.Length; i++)
            if (hits[i] is { } first) records[repeated[i]] = records[repeated[i]] with { RecordId = first.RecordId, Leaf = first.Leaf };
        return records;
    }

    /// <summary>The records to be written. One with an unknown label is settled as refused, or refuses all where all or nothing is asked for.</summary>
    private static int[] Open(DepositPlan plan, PatientView view, IReadOnlyList<PlainRecord> records, bool atomic, out Fault refusal)
    {
        refusal = default;
        List<int> open = [];
        for (int i = 0; i < records.Count; i++)
        {
            if (plan.Settled[i] is { Kind: DepositKind.Refused } conflict && atomic) refusal = conflict.Fault;
            if (plan.Settled[i] is not null) continue;
            if (view.ByLabel.ContainsKey(records[i].Label))
            {
                open.Add(i);
                continue;
            }
            Fault fault = new(FaultCode.LabelUnknown, $"The patient has no segment \"{records[i].Label}\" that the depositor knows.");
            if (atomic) refusal = fault;
            plan.Settled[i] = new DepositedRecord { Record = records[i], Names = plan.Names[i], Kind = DepositKind.Refused, Fault = fault };
        }
        return [.. open];
    }

    /// <summary>Ties each record to the version it follows: in the ledger, or before it in this very deposit. True where the latter crosses batches.</summary>
    private static bool Chain(IReadOnlyList<SealedBatch> batches, int[] open, DepositPlan plan)
    {
        Dictionary<Id16, (SealedRecord Record, int Batch)> latest = [];
        bool crosses = false;
        int next = 0;
        for (int b = 0; b < batches.Count; b++)
        {
            foreach (SealedRecord record in batches[b].Records)
            {
                record.Amends = plan.Amends[open[next++]];
                if (latest.TryGetValue(record.Names.Resource, out (SealedRecord Record, int Batch) before))
                {
                    record.AmendsSealed = before.Record;
                    crosses |= before.Batch != b;
                }
                latest[record.Names.Resource] = (record, b);
            }
        }
        return crosses;
    }

    private async Task<Result<IReadOnlyList<DepositedRecord>>> WriteAsync(LedgerDid patient, PatientView view, SealedBatch batch, bool atomic, CancellationToken cancel)
    {
        Dictionary<SealedRecord, DepositedRecord> results = [];
        IReadOnlyList<SealedRecord> remaining = batch.Records;
        for (int round = 0; round < RoundsMax && remaining.Count > 0; round++)
        {
            Dictionary<Id16, PublicKey> newest = view.Segments.ToDictionary(segment => segment.Segment, segment => segment.Key);
            if (!batch.Compose(client.Random, newest, remaining).TryGet(out ComposedBatch? composed, out Fault fault)) return fault;
            Task<Result<WrittenStatement>> writing = await client.Writer.EnqueueAsync(Draft(patient, composed.Events, composed.Objects, atomic), cancel).ConfigureAwait(false);
            Result<WrittenStatement> answer = await writing.ConfigureAwait(false);
            if (!answer.TryGet(out WrittenStatement? written, out fault)) return fault;
            bool stale = written.Outcomes.Any(outcome => outcome.Reason == FaultCode.SegmentKeyStale);
            List<SealedRecord> again = [];
            for (int i = 0; i < remaining.Count; i++)
            {
                if (stale && !written.Outcomes[i].IsGood && written.Outcomes[i].Reason is FaultCode.SegmentKeyStale or FaultCode.AtomicRefused or FaultCode.RecordUnknown) again.Add(remaining[i]);
                results[remaining[i]] = Result(remaining[i], written, i);
            }
            remaining = again;
            if (remaining.Count == 0) break;
            Result<PatientView> refreshed = await directory.RefreshAsync(patient, cancel).ConfigureAwait(false);
            if (!refreshed.TryGet(out PatientView? newer, out fault)) return fault;
            view = newer;
        }
        return batch.Records.Select(record => results[record]).ToArray();
    }

    private static DepositedRecord Result(SealedRecord record, WrittenStatement written, int index)
    {
        Outcome outcome = written.Outcomes[index];
        DepositedRecord result = new()
        {
            Record = record.Plain, Names = record.Names, Kind = DepositKind.Refused, RecordId = record.RecordId, Shard = written.Committed.Shard, Leaf = written.Committed.EntryLeaf(index),
            StatementId = written.Committed.StatementId, Index = index, Time = written.Committed.Time,
        };
        return outcome.Kind switch
        {
            OutcomeKind.Applied => result with { Kind = record.Amends is null && record.AmendsSealed is null ? DepositKind.Added : DepositKind.Amended },
            OutcomeKind.Duplicate => result with { Kind = DepositKind.Existing, Leaf = (long)(outcome.First ?? 0) },
            _ => result with { Fault = WrittenStatements.Refusal(outcome.Reason ?? FaultCode.BodyMalformed, index) },
        };
    }

    private StatementDraft Draft(LedgerDid patient, IReadOnlyList<Event> events, IReadOnlyList<ReadOnlyMemory<byte>> objects, bool atomic) => new()
    {
        Issuer = author.Did, Signer = author.Signing, Shard = client.Network.ShardOf(patient), Events = events, Objects = objects, Atomic = atomic,
    };
}
