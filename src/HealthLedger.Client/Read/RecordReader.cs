using HealthLedger.Client.Caching;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol.Objects;
using HealthLedger.Client.Submit;
using HealthLedger.Client.Telemetry;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Read;

/// <summary>
/// Reads patients' records as one party: asks for access in the ledger, has the permit's records released, checks that nothing was left out,
/// opens them. Segment and batch keys are remembered, bounded, until <see cref="DropKeys"/>. Safe for several threads.
/// </summary>
public sealed class RecordReader
{
    private readonly LedgerClient _client;
    private readonly PatientDirectory _directory;
    private readonly Party _party;
    private readonly NoteBook _notes;
    private readonly BoundedCache<Hash32, byte[]> _batchKeys;

    /// <summary>A reader for the party of a directory.</summary>
    public RecordReader(LedgerClient client, PatientDirectory directory)
    {
        (_client, _directory, _party) = (client, directory, directory.Party);
        _notes = new NoteBook(client, _party);
        _batchKeys = new BoundedCache<Hash32, byte[]>(client.Options.BatchKeysKept);
    }

    /// <summary>Forgets all opened keys and notes.</summary>
    public void DropKeys()
    {
        _directory.DropKeys();
        _batchKeys.Clear();
        _notes.Clear();
    }

    /// <summary>Asks for access and opens everything that the permit gives.</summary>
    public async Task<Result<OpenedRecords>> ReadAsync(AccessRequest request, OpenOptions? options = null, CancellationToken cancel = default)
    {
        Result<Permit> access = await AccessAsync(request, cancel).ConfigureAwait(false);
        return access.TryGet(out Permit? permit, out Fault fault) ? await OpenAsync(permit, options, cancel).ConfigureAwait(false) : fault;
    }

    /// <summary>Asks for one access: a statement of its own. A denial is a fault with the rules' reason.</summary>
    public async Task<Result<Permit>> AccessAsync(AccessRequest request, CancellationToken cancel = default) =>
        (await AccessAsync([request], cancel).ConfigureAwait(false))[0];

    /// <summary>
    /// Asks for many accesses: those of a shard share signed statements, up to 1,024 each (a patient's own go one by one, under the patient's
    /// counter). A result for each request, in order.
    /// </summary>
    public async Task<IReadOnlyList<Result<Permit>>> AccessAsync(IReadOnlyList<AccessRequest> requests, CancellationToken cancel = default)
    {
        IReadOnlyList<Result<AccessDecision>> decisions = await DecideAsync(requests, cancel).ConfigureAwait(false);
        return [.. decisions.Select(decision => decision.TryGet(out AccessDecision? decided, out Fault fault) ? decided.ToResult() : fault)];
    }

    /// <summary>As <see cref="AccessAsync(IReadOnlyList{AccessRequest}, CancellationToken)"/>, with the place of every entry, denials too.</summary>
    public async Task<IReadOnlyList<Result<AccessDecision>>> DecideAsync(IReadOnlyList<AccessRequest> requests, CancellationToken cancel = default)
    {
        Result<AccessDecision>[] results = new Result<AccessDecision>[requests.Count];
        List<PreparedAccess> prepared = [];
        for (int i = 0; i < requests.Count; i++)
        {
            Result<PreparedAccess> one = await PrepareAsync(requests[i], i, cancel).ConfigureAwait(false);
            if (one.TryGet(out PreparedAccess? ready, out Fault fault)) prepared.Add(ready);
            else results[i] = fault;
        }
        IEnumerable<IEnumerable<PreparedAccess>> statements = prepared
            .GroupBy(access => (access.Shard, Own: IsPatientsOwn(access.Request) ? access.Request.Patient : default))
            .SelectMany(group => group.Chunk(Statement.EventsMax));
        await Task.WhenAll(statements.Select(statement => SubmitAsync([.. statement], results, cancel))).ConfigureAwait(false);
        return results;
    }

    /// <summary>
    /// Has everything released that a permit opens, checks it against the permit's count and root, opens it. <c>HL-4114</c> where the node left
    /// something out or changed it; <c>HL-8003</c> where no key at hand opens a record.
    /// </summary>
    public async Task<Result<OpenedRecords>> OpenAsync(Permit permit, OpenOptions? options = null, CancellationToken cancel = default)
    {
        using ClientStage stage = ClientStage.Begin("open");
        options ??= new OpenOptions();
        if (options.ProvePermit && await ProveAsync(permit, cancel).ConfigureAwait(false) is { } unproved) return unproved;
        Result<PatientView> view = await _directory.GetAsync(permit.Patient, cancel).ConfigureAwait(false);
        Dictionary<Id16, string> labels = view.IsOk ? view.Value.Segments.ToDictionary(segment => segment.Segment, segment => segment.Label) : [];
        RecordOpener opener = new(permit.Patient, _directory.Keyring, _batchKeys, _party.Sealing, labels);
        List<OpenedRecord> opened = [];
        List<Hash32> locked = [];
        PermitCheck? check = null;
        ReadOnlyMemory<byte> cursor = default;
        while (true)
        {
            ReleaseRequest request = new() { Shard = permit.Shard, StatementId = permit.StatementId, Index = permit.Index, Cursor = cursor, WantContent = options.WantContent, Records = options.Records };
            Result<ReleasePage> answer = await _client.Queries.ReleaseAsync(_party, request, cancel).ConfigureAwait(false);
            if (!answer.TryGet(out ReleasePage? page, out Fault fault)) return fault;
            if (check is null && !PermitCheck.Of(permit, page.SegmentLists, options.Records).TryGet(out check, out fault)) return fault;
            if (opener.TakeKeys(page.SealedKeys) is { } broken) return broken;
            if (OpenPage(page, opener, check, options, opened, locked) is { } wrong) return wrong;
            if (page.Cursor is not { IsEmpty: false } next) break;
            if (page.Records.Count == 0) return new Fault(FaultCode.RecordListWrong, "A page without records promises another one.");
            cursor = next;
        }
        return check.Missing == 0 ? new OpenedRecords(permit, opened, locked) : new Fault(FaultCode.RecordListWrong, $"The node left out {check.Missing} of the permit's records.");
    }

    private static Fault? OpenPage(ReleasePage page, RecordOpener opener, PermitCheck check, OpenOptions options, List<OpenedRecord> opened, List<Hash32> locked)
    {
        Dictionary<Hash32, ReadOnlyMemory<byte>> envelopes = [];
        foreach (ReadOnlyMemory<byte> envelope in page.Envelopes) envelopes[VaultObject.NameOf(envelope.Span)] = envelope;
        foreach (ReleasedRecord released in page.Records)
        {
            if (!check.Take(released.RecordId)) return new Fault(FaultCode.RecordListWrong, "A record came that is not on the permit's list, or came twice.");
            if (!opener.Open(released, envelopes, check.IsRetracted(released.RecordId), options.WantContent).TryGet(out OpenedRecord? record, out Fault fault))
            {
                if (fault.Code != FaultCode.KeyMissing || !options.AllowLocked) return fault;
                locked.Add(released.RecordId);
                continue;
            }
            opened.Add(record);
        }
        return null;
    }

    private async Task<Fault?> ProveAsync(Permit permit, CancellationToken cancel)
    {
        Result<ReadOnlyMemory<byte>> receipt = await _client.Connection.ReceiptAsync(permit.Shard, permit.StatementId, permit.Index, cancel).ConfigureAwait(false);
        if (!receipt.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault)) return fault;
        if (!ReceiptVerifier.Verify(bytes, _client.Network.Configurations).TryGet(out ReceiptFacts? proved, out fault)) return fault;
        return proved.StatementId == permit.StatementId && proved.LeafIndex == permit.Leaf && proved.Outcome == permit.Outcome
            ? null
            : new Fault(FaultCode.ProofInvalid, "The receipt proves another outcome than the node told.");
    }

    private async Task<Result<PreparedAccess>> PrepareAsync(AccessRequest request, int position, CancellationToken cancel)
    {
        Result<PatientView> known = await _directory.GetAsync(request.Patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out Fault fault)) return fault;
        if (view.NotesKey is not { } notesKey) return new Fault(FaultCode.KeyMissing, "The patient has no notes segment to seal the person's name to.");
        SealedNote note = _notes.For(request.Patient, request.Person, request.PersonSalt, notesKey);
        AccessBody body = new()
        {
            Purpose = request.Purpose, Person = note.Commitment, Role = request.Role, Note = note.Name, Records = request.Records, Grant = request.Grant,
            Segments = request.Segments is null ? null : [.. request.Segments.Distinct().Order()],
        };
        if (!SegmentOpening.Event(_client.Random, EventType.AccessRequest, request.Patient, body.Encode).TryGet(out Event item, out fault)) return fault;
        return new PreparedAccess(request, position, view.Head.Shard, item, note.Bytes);
    }

    // An organization that reads its own subject signs as any organization does: it has no counter.
    private bool IsPatientsOwn(AccessRequest request) => request.Patient == _party.Did && !_client.Network.Organizations.ContainsKey(_party.Did);

    private async Task SubmitAsync(PreparedAccess[] accesses, Result<AccessDecision>[] results, CancellationToken cancel)
    {
        bool own = IsPatientsOwn(accesses[0].Request);
        StatementDraft draft = new()
        {
            Issuer = _party.Did, Signer = _party.Signer, Shard = accesses[0].Shard, Events = [.. accesses.Select(access => access.Event)],
            Objects = [.. accesses.Select(access => access.Note).Distinct().Select(note => (ReadOnlyMemory<byte>)note)], CounterAsker = own ? _party : null,
        };
        Result<WrittenStatement> answer = await _client.Writer.WriteAsync(draft, cancel).ConfigureAwait(false);
        for (int i = 0; i < accesses.Length; i++)
        {
            if (!answer.TryGet(out WrittenStatement? written, out Fault fault))
            {
                results[accesses[i].Position] = fault;
                continue;
            }
            Outcome outcome = written.Outcomes[i];
            AccessDecision decision = new() { Shard = written.Committed.Shard, StatementId = written.Committed.StatementId, Index = i, Height = written.Committed.Height };
            results[accesses[i].Position] = outcome.Kind != OutcomeKind.Permitted
                ? decision with { Denial = WrittenStatements.Refusal(outcome.Reason ?? FaultCode.NoGrant, i) }
                : decision with
                {
                    Permit = new Permit
                    {
                        Patient = accesses[i].Request.Patient, Shard = decision.Shard, StatementId = decision.StatementId, Index = i, Leaf = written.Committed.EntryLeaf(i),
                        Time = written.Committed.Time, Outcome = outcome, Records = accesses[i].Request.Records,
                    },
                };
        }
    }

    private sealed record PreparedAccess(AccessRequest Request, int Position, int Shard, Event Event, byte[] Note);
}
