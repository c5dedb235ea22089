using System.Collections.Concurrent;
using System.Security.Cryptography;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Cli.Load.Verify;

/// <summary>One member, asked alone for everything that was acknowledged, whoever acknowledged it.</summary>
/// <param name="place">The member's place in the list.</param>
/// <param name="node">The member's address.</param>
/// <param name="client">A client of that member alone.</param>
/// <param name="wallet">Who wrote the load.</param>
/// <param name="verifier">Checks receipts against the genesis.</param>
/// <param name="chains">Told every block that a receipt shows.</param>
/// <param name="findings">Told what is wrong.</param>
/// <param name="patience">How long a member that is behind is waited for; once, then not again.</param>
internal sealed class MemberProbe(int place, Uri node, LedgerClient client, OrganizationWallet wallet, OfflineVerifier verifier, ChainBook chains, Findings findings, TimeSpan patience)
{
    private const int AtOnce = 8, AtOnceMax = 256, NamedMax = 4 * AtOnceMax;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly PatientDirectory _directory = new(client, wallet.Party);
    private long _receipts, _entries, _contents;
    private volatile bool _waited;

    /// <summary>The member's address.</summary>
    public Uri Node => node;

    /// <summary>The member's client.</summary>
    public LedgerClient Client => client;

    /// <summary>Receipts that verified.</summary>
    public long Receipts => Volatile.Read(ref _receipts);

    /// <summary>Entries found exactly once in the patients' logs.</summary>
    public long Entries => Volatile.Read(ref _entries);

    /// <summary>Contents opened and equal.</summary>
    public long Contents => Volatile.Read(ref _contents);

    /// <summary>Asks for the receipt of every entry and holds it against what was acknowledged.</summary>
    public Task CheckReceiptsAsync(IReadOnlyList<AckLine> acks, CancellationToken cancel) =>
        Parallel.ForEachAsync(acks, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (ack, token) => await CheckReceiptAsync(ack, token));

    /// <summary>Reads each patient's log: every acknowledged entry is there, applied, exactly once.</summary>
    public async Task CheckLogsAsync(IReadOnlyDictionary<LedgerDid, List<AckLine>> patients, CancellationToken cancel)
    {
        foreach ((LedgerDid patient, List<AckLine> acks) in patients)
        {
            Dictionary<string, int> applied = [];
            for (long? after = -1; after is { } from;)
            {
                Result<LogPage> answer = await PatientlyAsync(() => client.Queries.AccessLogAsync(wallet.Party, patient, from, ExchangeLimits.LogEntriesMax, cancel), cancel);
                if (!answer.TryGet(out LogPage? page, out Fault fault))
                {
                    findings.Add(FindingKind.Unanswered, node, $"The log of {patient} cannot be read: {fault}.");
                    return;
                }
                foreach (LogEntry entry in page.Entries)
                {
                    if (!Event.Decode(entry.Event).TryGet(out Event item, out _) || item.Type != EventType.RecordAdd) continue;
                    if (!Outcome.Decode(entry.Outcome.Span).TryGet(out Outcome outcome, out _) || outcome.Kind != OutcomeKind.Applied) continue;
                    string record = item.Hash.ToString();
                    applied[record] = applied.GetValueOrDefault(record) + 1;
                }
                after = page.Next;
            }
            foreach (AckLine ack in acks)
            {
                switch (applied.GetValueOrDefault(ack.Record!))
                {
                    case 1: Interlocked.Increment(ref _entries); break;
                    case 0: findings.Add(FindingKind.Missing, node, $"The log of {patient} lacks {Place(ack)}."); break;
                    case var times: findings.Add(FindingKind.Twice, node, $"The log of {patient} has {Place(ack)} {times} times."); break;
                }
            }
        }
    }

    /// <summary>Reads each patient's records by an access of its own, opens them and compares. Returns the last access of each shard.</summary>
    public async Task<IReadOnlyList<Permit>> CheckContentsAsync(IReadOnlyDictionary<LedgerDid, List<AckLine>> patients, CancellationToken cancel)
    {
        RecordReader reader = new(client, _directory);
        ConcurrentDictionary<int, Permit> last = new();
        foreach ((LedgerDid patient, List<AckLine> acks) in patients)
        {
            AccessRequest request = new() { Patient = patient, Purpose = Purpose.Treatment, Role = Role.System, Person = wallet.Did.ToString() };
            Result<Permit> access = await PatientlyAsync(() => reader.AccessAsync(request, cancel), cancel);
            if (!access.TryGet(out Permit? permit, out Fault fault) || !(await OpenAsync(reader, permit, acks, cancel)).TryGet(out IReadOnlyList<OpenedRecord>? opened, out fault))
            {
                findings.Add(FindingKind.Content, node, $"The records of {patient} cannot be read: {fault}.");
                continue;
            }
            last[permit.Shard] = permit;
            Dictionary<string, string> contents = [];
            foreach (OpenedRecord record in opened) contents[record.RecordId.ToString()] = new Hash32(SHA256.HashData(record.Content!.Value.Span)).ToString();
            foreach (AckLine ack in acks)
            {
                if (contents.GetValueOrDefault(ack.Record!) is not { } content) findings.Add(FindingKind.Content, node, $"The content of {Place(ack)} is not released.");
                else if (content != ack.Content) findings.Add(FindingKind.Content, node, $"The content of {Place(ack)} is another one than was acknowledged.");
                else Interlocked.Increment(ref _contents);
            }
        }
        return [.. last.Values];
    }

    // A few are asked for by name; for many it is less to be given all.
    private async Task<Result<IReadOnlyList<OpenedRecord>>> OpenAsync(RecordReader reader, Permit permit, List<AckLine> acks, CancellationToken cancel)
    {
        IReadOnlyList<Hash32[]?> parts = acks.Count > NamedMax ? [null] : [.. acks.Select(ack => ack.RecordId).Chunk(AtOnceMax)];
        List<OpenedRecord> opened = [];
        foreach (Hash32[]? part in parts)
        {
            Result<OpenedRecords> answer = await PatientlyAsync(() => reader.OpenAsync(permit, new OpenOptions { Records = part }, cancel), cancel);
            if (!answer.TryGet(out OpenedRecords? records, out Fault fault)) return fault;
            opened.AddRange(records.Records);
        }
        return opened;
    }

    /// <summary>Asks for the receipt of an entry that another member committed a moment ago: from then on both have one chain.</summary>
    public async Task CheckHeadAsync(Permit permit, CancellationToken cancel)
    {
        string entry = $"the access of shard {permit.Shard}, leaf {permit.Leaf}";
        if (await ReceiptAsync(permit.Shard, permit.StatementId, permit.Index, permit.Leaf, entry, cancel) is { } facts && facts.LeafIndex != permit.Leaf)
            findings.Add(FindingKind.Proof, node, $"The receipt of {entry} proves leaf {facts.LeafIndex}.");
    }

    private async Task CheckReceiptAsync(AckLine ack, CancellationToken cancel)
    {
        if (await ReceiptAsync(ack.Shard!.Value, ack.StatementId, ack.Index!.Value, ack.Leaf!.Value, Place(ack), cancel) is not { } facts) return;
        string? differs = facts.StatementId != ack.StatementId ? $"statement {facts.StatementId}" : facts.LeafIndex != ack.Leaf ? $"leaf {facts.LeafIndex}" : facts.Event.Hash.ToString() != ack.Record ? $"event {facts.Event.Hash}"
            : facts.Time != ack.Time ? $"block time {facts.Time}" : facts.Outcome.Kind != OutcomeKind.Applied ? $"outcome {facts.Outcome.Kind}" : null;
        if (differs is null) Interlocked.Increment(ref _receipts);
        else findings.Add(FindingKind.Proof, node, $"The receipt of {Place(ack)} proves {differs}.");
    }

    private async Task<ReceiptFacts?> ReceiptAsync(int shard, Hash32 statement, int index, long leaf, string entry, CancellationToken cancel)
    {
        Result<ReadOnlyMemory<byte>> answer = await PatientlyAsync(() => AskReceiptAsync(shard, statement, index, leaf, cancel), cancel);
        if (!answer.TryGet(out ReadOnlyMemory<byte> receipt, out Fault fault))
        {
            findings.Add(fault.Code == FaultCode.NotFound ? FindingKind.Missing : FindingKind.Unanswered, node, $"There is no receipt of {entry}: {fault}.");
            return null;
        }
        if (!Receipt.Decode(receipt).TryGet(out Receipt? decoded, out fault) || !verifier.VerifyReceipt(receipt).TryGet(out ReceiptFacts? facts, out fault))
        {
            findings.Add(FindingKind.Proof, node, $"The receipt of {entry} does not verify: {fault}.");
            return null;
        }
        foreach (Protocol.Blocks.BlockHeader header in decoded.Headers) chains.Note(place, header.Shard, header.Height, header.ComputeHash());
        return facts;
    }

    // A statement's id is remembered until the statement expires, ten minutes after it was signed; its entry stays where it is, and is asked for by its leaf then.
    private async Task<Result<ReadOnlyMemory<byte>>> AskReceiptAsync(int shard, Hash32 statement, int index, long leaf, CancellationToken cancel)
    {
        Result<ReadOnlyMemory<byte>> answer = await client.Connection.ReceiptAsync(shard, statement, index, cancel);
        return !answer.IsOk && answer.Fault.Code == FaultCode.NotFound ? await client.Queries.ReceiptAsync(wallet.Party, shard, leaf, cancel) : answer;
    }

    // A member hears of a commit a moment after the one that acknowledged it, and one that was down catches up first: only what stays so is a finding.
    private async Task<Result<T>> PatientlyAsync<T>(Func<Task<Result<T>>> ask, CancellationToken cancel)
    {
        long since = client.Clock.GetTimestamp();
        while (true)
        {
            Result<T> answer = await ask();
            bool passes = !answer.IsOk && (answer.Fault.Code is FaultCode.NotFound or FaultCode.SubjectUnknown or FaultCode.SignerUnknown || RetrySchedule.Passes(answer.Fault.Code));
            if (!passes || _waited) return answer;
            if (client.Clock.GetElapsedTime(since) > patience)
            {
                _waited = true;
                return answer;
            }
            await Task.Delay(Pause, client.Clock, cancel);
        }
    }

    private static string Place(AckLine ack) => $"statement {ack.Statement} event {ack.Index} (shard {ack.Shard}, leaf {ack.Leaf})";
}
