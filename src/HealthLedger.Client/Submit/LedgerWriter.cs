using System.Security.Cryptography;
using HealthLedger.Client.Caching;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Client.Telemetry;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Submit;

/// <summary>
/// Signs drafts and brings them into the ledger: so many under way in each shard, the producer waits beyond that; faults that pass are
/// tried again by the schedule with the same statement id, and before anything is signed anew the node is asked whether the first
/// was taken. Under a patient's identity statements go one after the other with the patient's counter. Safe for several threads.
/// </summary>
public sealed class LedgerWriter
{
    private const int Stripes = 64, CountersKept = 10_000;

    private readonly ILedgerConnection _connection;
    private readonly LedgerNetwork _network;
    private readonly LedgerQueries _queries;
    private readonly LedgerWriterOptions _options;
    private readonly RetrySchedule _retry;
    private readonly TimeProvider _clock;
    private readonly RandomNumberGenerator _random;
    private readonly SemaphoreSlim[] _shards;
    private readonly SemaphoreSlim[] _patients = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];
    private readonly BoundedCache<LedgerDid, long> _counters = new(CountersKept);
    private readonly ByteGate _bytes;

    /// <summary>A writer over one connection.</summary>
    public LedgerWriter(
        ILedgerConnection connection, LedgerNetwork network, LedgerQueries queries, LedgerWriterOptions options, RetrySchedule retry, TimeProvider clock, RandomNumberGenerator random)
    {
        (_connection, _network, _queries, _options, _retry, _clock, _random) = (connection, network, queries, options, retry, clock, random);
        _shards = [.. Enumerable.Range(0, network.Shards + 1).Select(_ => new SemaphoreSlim(options.InFlightPerShard))];
        _bytes = new ByteGate(options.InFlightBytes);
    }

    /// <summary>Writes one statement and waits until it is committed, or known not to be.</summary>
    public async Task<Result<WrittenStatement>> WriteAsync(StatementDraft draft, CancellationToken cancel = default) =>
        await (await EnqueueAsync(draft, cancel).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>
    /// Completes when there is room for the statement: that is the back pressure. The task inside completes when it is committed, or known not to
    /// be. Statements that are under way at once may commit in any order.
    /// </summary>
    public async ValueTask<Task<Result<WrittenStatement>>> EnqueueAsync(StatementDraft draft, CancellationToken cancel = default)
    {
        if ((uint)draft.Shard >= (uint)_shards.Length) return Task.FromResult<Result<WrittenStatement>>(new Fault(FaultCode.PlaceWrong, $"The network has no shard {draft.Shard}."));
        long bytes = SizeOf(draft);
        SemaphoreSlim room = _shards[draft.Shard];
        await room.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await _bytes.EnterAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            room.Release();
            throw;
        }
        return RunAsync(draft, bytes, room, cancel);
    }

    private async Task<Result<WrittenStatement>> RunAsync(StatementDraft draft, long bytes, SemaphoreSlim room, CancellationToken cancel)
    {
        ClientMetrics.Statements(1);
        try
        {
            return draft.CounterAsker is { } asker
                ? await UnderCounterAsync(draft, asker, cancel).ConfigureAwait(false)
                : await SignAndSubmitAsync(draft, null, cancel).ConfigureAwait(false);
        }
        finally
        {
            ClientMetrics.Statements(-1);
            _bytes.Leave(bytes);
            room.Release();
        }
    }

    private async Task<Result<WrittenStatement>> UnderCounterAsync(StatementDraft draft, Party asker, CancellationToken cancel)
    {
        SemaphoreSlim turn = _patients[(draft.Issuer.GetHashCode() & int.MaxValue) % Stripes];
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            for (int signing = 0; signing < _options.SigningsMax; signing++)
            {
                long counter;
                if (signing == 0 && draft.Counter is { } told)
                {
                    counter = told;
                }
                else if (!_counters.TryGet(draft.Issuer, out counter))
                {
                    Result<long> known = await CounterAsync(draft.Issuer, asker, cancel).ConfigureAwait(false);
                    if (!known.TryGet(out counter, out Fault unknown)) return unknown;
                }
                _counters.Remove(draft.Issuer);
                Result<WrittenStatement> written = await SignAndSubmitAsync(draft, counter + 1, cancel).ConfigureAwait(false);
                if (written.IsOk) _counters.Set(draft.Issuer, counter + 1);
                if (written.IsOk || written.Fault.Code != FaultCode.SequenceWrong) return written;
            }
            return new Fault(FaultCode.CounterRace, $"The patient's counter moved {_options.SigningsMax} times while a statement was on its way.");
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Result<long>> CounterAsync(LedgerDid patient, Party asker, CancellationToken cancel)
    {
        Result<PatientHead> head = await _queries.PatientHeadAsync(asker, patient, cancel).ConfigureAwait(false);
        if (head.TryGet(out PatientHead? known, out Fault fault)) return known.Seq;
        return fault.Code is FaultCode.NotFound or FaultCode.SubjectUnknown ? 0L : fault;
    }

    private async Task<Result<WrittenStatement>> SignAndSubmitAsync(StatementDraft draft, long? seq, CancellationToken cancel)
    {
        Fault last = default;
        for (int signing = 0; signing < _options.SigningsMax; signing++)
        {
            if (!SignOnce(draft, seq).TryGet(out Submission? submission, out Fault fault)) return fault;
            Result<CommittedStatement> committed = await SubmitAsync(draft, submission, cancel).ConfigureAwait(false);
            if (committed.TryGet(out CommittedStatement? statement, out last)) return Read(submission, statement);
            if (last.Code != FaultCode.StatementExpired) return last;
        }
        return last;
    }

    private Result<Submission> SignOnce(StatementDraft draft, long? seq)
    {
        using ClientStage stage = ClientStage.Begin("sign");
        return Sign(draft, seq);
    }

    private Result<Submission> Sign(StatementDraft draft, long? seq)
    {
        SubmissionBuilder builder = new(_network.Name, draft.Shard, draft.Issuer.ToString()) { Seq = seq, Atomic = draft.Atomic };
        foreach (Event item in draft.Events)
            if (builder.Add(item) is { } unfit) return unfit;
        long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        return builder.Sign(draft.Signer, now, now + (long)_options.Lifetime.TotalMilliseconds, Id16.Random(_random));
    }

    /// <summary>Submits one signed statement until its fate is known or the schedule is used up. Never signs.</summary>
    private async Task<Result<CommittedStatement>> SubmitAsync(StatementDraft draft, Submission submission, CancellationToken cancel)
    {
        SubmissionEnvelope envelope = new(submission.Encode(), draft.Objects);
        using ClientStage stage = ClientStage.Begin("submit");
        stage.Span?.SetTag("healthledger.shard", draft.Shard).SetTag("healthledger.entries", draft.Events.Count);
        for (int attempt = 0; ; attempt++)
        {
            Result<CommittedStatement> answer = await _connection.SubmitAsync(envelope, cancel).ConfigureAwait(false);
            if (answer.TryGet(out CommittedStatement? committed, out Fault fault)) return Checked(submission, committed);
            if (RetrySchedule.LeavesDoubt(fault.Code))
            {
                Result<CommittedStatement?> found = await _connection.FindAsync(draft.Shard, submission.Statement.Id, cancel).ConfigureAwait(false);
                if (found.TryGet(out CommittedStatement? earlier, out _) && earlier is not null) return Checked(submission, earlier);
            }
            if (!RetrySchedule.Passes(fault.Code) || attempt + 1 >= _retry.Attempts) return fault;
            ClientMetrics.Retried(fault.Code);
            await Task.Delay(_retry.After(attempt), _clock, cancel).ConfigureAwait(false);
        }
    }

    private static Result<CommittedStatement> Checked(Submission submission, CommittedStatement committed)
    {
        if (committed.StatementId != submission.Statement.Id || committed.Outcomes.Count != submission.Events.Length)
            return new Fault(FaultCode.ConnectionFailed, "The node answered about another statement.");
        Journey.Current?.Note(committed.Shard, committed.Height, committed.StatementId);
        return committed;
    }

    private static Result<WrittenStatement> Read(Submission submission, CommittedStatement committed)
    {
        Outcome[] outcomes = new Outcome[committed.Outcomes.Count];
        for (int i = 0; i < outcomes.Length; i++)
            if (!Outcome.Decode(committed.Outcomes[i].Span).TryGet(out outcomes[i], out Fault fault)) return fault;
        return new WrittenStatement(committed, submission.Events, outcomes);
    }

    private static long SizeOf(StatementDraft draft)
    {
        long bytes = Statement.BytesMax;
        foreach (Event item in draft.Events) bytes += item.Bytes.Length;
        foreach (ReadOnlyMemory<byte> item in draft.Objects) bytes += item.Length;
        return bytes;
    }
}
