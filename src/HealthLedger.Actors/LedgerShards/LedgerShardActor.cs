using System.Diagnostics;
using System.Threading.Channels;
using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Storage.State;
using HealthLedger.Validator;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>
/// One shard at one member: takes statements, keeps them until they are committed, leads when it is this member's turn, and forwards to who
/// leads when it is not. Single-threaded: everything runs in one loop, except the check of what comes in. It holds nothing durable: what was
/// not acknowledged is submitted again, and two activations of it cannot do harm, because epochs and leader ids fence them.
/// </summary>
public sealed partial class LedgerShardActor : IShardLeader, ILedgerShard, IAsyncDisposable
{
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Replica _replica;
    private readonly LedgerShardOptions _options;
    private readonly ICheckpointSource? _checkpoints;
    private readonly System.Security.Cryptography.RandomNumberGenerator _random;
    private readonly Mempool _mempool;
    private readonly IDisposable _observing;
    private readonly Task _run;
    private int _entering, _forwards, _tickWaits;

    /// <summary>Starts the actor and names it to the validator.</summary>
    /// <param name="replica">The member's validator.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="random">Leader ids come from it.</param>
    /// <param name="checkpoints">For shard 0; null where nobody asks for checkpoints.</param>
    public LedgerShardActor(
        Replica replica, int shard, LedgerShardOptions options, System.Security.Cryptography.RandomNumberGenerator random, ICheckpointSource? checkpoints = null)
    {
        (_replica, Shard, _options, _random, _checkpoints) = (replica, shard, options, random, checkpoints);
        _slowLines = new LineLimit(SlowLinesPerSecond, replica.Time);
        _mempool = new Mempool(options.StatementsWaitingMax, options.BytesWaitingMax);
        _observing = replica.Observe(shard, block => Post(() => OnCommitted(block)));
        _run = Task.Run(RunAsync);
        replica.SetLeader(shard, this);
    }

    /// <summary>The shard.</summary>
    public int Shard { get; }

    /// <summary>How long the oldest statement that waits has done so, at the last tick; 0 where none waits.</summary>
    public long OldestWaitingMilliseconds => Volatile.Read(ref _oldestWaiting);

    /// <summary>Statements that wait; as of now.</summary>
    public int WaitingCount => _mempool.Count;

    /// <summary>
    /// Takes a statement and answers when it is committed and durable here. The same statement again, waiting or committed, gets the same answer.
    /// </summary>
    /// <param name="envelope">The statement, its events and the objects they name.</param>
    /// <param name="cancel">Ends the wait, not the statement.</param>
    /// <returns>Where it stands, or why it cannot be taken; <see cref="FaultCode.Busy"/>: try again in a moment.</returns>
    public async Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default)
    {
        if (Volatile.Read(ref _entering) >= _options.StatementsWaitingMax) return Full;
        Interlocked.Increment(ref _entering);
        using Activity? span = LedgerTrace.Source.StartActivity("ledger.statement");
        StatementWaiter waiter = new(span?.Context ?? default, _replica.Time.GetTimestamp());
        try
        {
            if (!Submission.Decode(envelope.Submission).TryGet(out Submission? submission, out Fault fault)) return fault;
            Result<CommittedStatement> answer = await TakeAsync(submission, envelope.Objects, waiter, cancel);
            Tell(span, waiter, submission, answer);
            return answer;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Tell(span, waiter, null, new Fault(FaultCode.TimedOut, "Nobody waits for it any more."));
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _entering);
        }
    }

    private async Task<Result<CommittedStatement>> TakeAsync(Submission submission, IReadOnlyList<ReadOnlyMemory<byte>> objects, StatementWaiter waiter, CancellationToken cancel)
    {
        try
        {
            if (submission.Statement.Shard != Shard) return new Fault(FaultCode.PlaceWrong, $"The statement is for shard {submission.Statement.Shard}, not {Shard}.");
            if (!_replica.HasSeat(Shard)) return NoSeat;
            if (_replica.Admit(submission) is { } refused)
                return refused.Code == FaultCode.StatementRemembered && _replica.Find(Shard, submission.Statement.Id) is { } first ? first : refused;
            if (await _replica.PutObjectsAsync(objects) is { } unfit) return unfit;
            if (_replica.FindMissingObject(submission) is { } missing) return new Fault(FaultCode.ObjectMissing, $"The object {missing} is named by the statement and is not here.");
            waiter.Entered = _replica.Time.GetTimestamp();
            if (!Post(() => Enter(submission, waiter, hasLeader: false))) return Gone;
            return await waiter.Answer.WaitAsync(cancel);
        }
        catch (StateDamagedException)
        {
            return new Fault(FaultCode.Unavailable, "The node computes its rows anew; try again in a moment.");
        }
    }

    /// <summary>One line for a person who looks for what holds a shard up; as of now.</summary>
    public string Describe() =>
        $"{_mempool.Count} statements, {_mempool.FreeCount} in no block; {(_machine is { } machine ? $"leads {machine.Epoch}, builds on {machine.BuildOn?.Height.ToString() ?? "nothing yet"}" : "does not lead")}{(_building ? ", building" : "")}";

    /// <summary>Where a statement was committed; null while it is not, or once it has expired.</summary>
    public CommittedStatement? Find(Hash32 statementId) => _replica.Find(Shard, statementId);

    /// <inheritdoc/>
    public void Forwarded(ReadOnlyMemory<byte> submission, bool toAll)
    {
        if (!_replica.HasSeat(Shard)) return;
        if (Interlocked.Increment(ref _forwards) > _options.ForwardsAtOnce)
        {
            Interlocked.Decrement(ref _forwards);
            return;
        }
        _ = Task.Run(async () =>
        {
            try
            {
                // It waits here only once this replica would vote for it: what was sent while this member was down, or is still on its way, is fetched first.
                if (Submission.Decode(submission).TryGet(out Submission? decoded, out _) && decoded.Statement.Shard == Shard && _replica.Admit(decoded) is null && await _replica.GatherObjectsAsync(decoded))
                    Post(() => Enter(decoded, waiter: null, hasLeader: toAll));
            }
            catch (Exception ended) when (ended is StateDamagedException or OperationCanceledException)
            {
                // The validator has noticed and starts anew, or stops; the other member sends the statement again.
            }
            finally
            {
                Interlocked.Decrement(ref _forwards);
            }
        });
    }

    /// <inheritdoc/>
    public void Tick()
    {
        if (Interlocked.Exchange(ref _tickWaits, 1) != 0) return;
        Post(() =>
        {
            Volatile.Write(ref _tickWaits, 0);
            OnTick();
        });
    }

    /// <summary>Ends: those who wait are told that it is not known what became of their statements.</summary>
    public async ValueTask DisposeAsync()
    {
        _observing.Dispose();
        _replica.SetLeader(Shard, null);
        _inbox.Writer.TryComplete();
        await _run;
        foreach (WaitingStatement waiting in _mempool.All) waiting.End(Gone);
    }

    private static Fault Full => new(FaultCode.Busy, "As many statements wait as this shard can hold; try again in a moment.");

    private static Fault NoSeat => new(FaultCode.Unavailable, "This node has no vote in the ledger, now or any more: hand the statement to a member's node.");

    private static Fault Gone => new(FaultCode.Unavailable, "The node stops; whether the statement was taken must be asked.");

    private bool Post(Action action) => _inbox.Writer.TryWrite(action);

    private async Task RunAsync()
    {
        await foreach (Action action in _inbox.Reader.ReadAllAsync())
        {
            try
            {
                action();
            }
            catch (Exception failure)
            {
                // A leader cannot harm safety, but one that has met a defect leads no longer; statements go on waiting for the next one.
                _replica.ReportLeaderFailure(Shard, failure);
                if (_machine is { } machine) OnEnded(new LeaderEnded(machine.Epoch, LeaderEnd.OtherActivation));
            }
        }
    }

    /// <param name="submission">Checked.</param>
    /// <param name="waiter">Who wants to know; null for another member's.</param>
    /// <param name="hasLeader">The leader was sent it too.</param>
    private void Enter(Submission submission, StatementWaiter? waiter, bool hasLeader)
    {
        Hash32 id = submission.Statement.Id;
        if (_mempool.Find(id) is not { } waiting)
        {
            // It may have been committed between its check and now.
            if (_replica.Find(Shard, id) is { } committed)
            {
                waiter?.End(committed);
                return;
            }
            waiting = _mempool.Add(submission, _replica.Now.Elapsed);
            if (waiting is null)
            {
                waiter?.End(Full);
                return;
            }
            waiting.IsShared = hasLeader;
            if (_machine is null && !hasLeader) ForwardToLeader(waiting);
        }
        if (waiter is not null) waiting.Waiters.Add(waiter);
        TryBuild();
    }

    private void OnCommitted(CommittedBlock block)
    {
        List<ActivityContext> handIns = [];
        foreach (CommittedStatement statement in BlockReader.Statements(block))
        {
            if (_mempool.Remove(statement.StatementId) is not { } waiting) continue;
            foreach (StatementWaiter waiter in waiting.Waiters)
                if (waiter.Trace != default) handIns.Add(waiter.Trace);
            waiting.End(statement, block);
        }
        foreach (WaitingStatement waiting in _mempool.All) waiting.IsDeferred = false;
        _committedAt = _replica.Now.Elapsed;
        Forget(block.Height);
        TryBuild();
        Trace(block, handIns);
    }

    private void OnTick()
    {
        long now = _replica.Now.Elapsed, wall = _replica.Now.Wall;
        Lead(new Tick());
        foreach (WaitingStatement waiting in _mempool.All.Where(waiting => waiting.Submission.Statement.NotAfter < wall).ToArray())
            Drop(waiting, new Fault(FaultCode.StatementExpired, "The statement expired before a block took it."));
        _toShare.AddRange(_mempool.Watch.ToShare(now));
        // What this member leads itself is not being censored while its blocks are committed; should they not be, it is shared then.
        bool isLeading = _machine is not null && now - _committedAt < ConsensusTimes.ShareMilliseconds;
        if (!isLeading && _toShare.Count > 0)
        {
            foreach (Hash32 id in _toShare) Share(id);
            _toShare.Clear();
        }
        ShareWhenStalled(now);
        if (++_ticks % RecheckTicks == 0) Recheck(now);
        long? oldest = _mempool.Watch.OldestSince;
        Volatile.Write(ref _oldestWaiting, oldest is { } first ? now - first : 0);
        if (_checkpoints?.OverdueSince(now) is { } overdue && (oldest is not { } since || overdue < since)) oldest = overdue;
        if (_replica.StopDueSince(Shard) is { } due && (oldest is not { } longest || due < longest)) oldest = due;
        _replica.Tell(Shard, new WaitingSince(oldest));
        TryBuild();
    }

    /// <summary>
    /// Nothing commits any more and this member complains of it: the others do so, too, only if they know of something that waits, so they get the
    /// oldest few at once and not after a second.
    /// </summary>
    private void ShareWhenStalled(long now)
    {
        if (_machine is not null || now - _committedAt < ConsensusTimes.ComplainMilliseconds) return;
        foreach (WaitingStatement waiting in _mempool.All.Take(SharedWhenStalled).ToArray())
            if (!waiting.IsShared && now - waiting.Since >= ConsensusTimes.ComplainMilliseconds) Share(waiting.Submission.Statement.Id);
    }

    /// <summary>Rule 1: what has waited for a second is sent to all, unless no block could take it any more.</summary>
    private void Share(Hash32 id)
    {
        if (_mempool.Find(id) is not { } waiting || DropIfRefused(waiting)) return;
        // Who has it from one that sent it to all only gives it to the leader: else every member would send it to every other.
        if (waiting.IsShared) ForwardToLeader(waiting);
        else _replica.Share(Shard, waiting.Submission.Encode());
        waiting.IsShared = true;
    }

    /// <summary>What no block can take any more does not wait: its seq is used up, its key has ended.</summary>
    private void Recheck(long now)
    {
        foreach (WaitingStatement waiting in _mempool.All.Where(waiting => now - waiting.Since > RecheckAfterMilliseconds && !waiting.IsInBlock).Take(RecheckMax).ToArray())
            DropIfRefused(waiting);
    }

    private bool DropIfRefused(WaitingStatement waiting)
    {
        if (_replica.Admit(waiting.Submission) is not { } fault) return false;
        Hash32 id = waiting.Submission.Statement.Id;
        if (fault.Code == FaultCode.StatementRemembered && _replica.Find(Shard, id) is { } committed) _mempool.Remove(id)?.End(committed);
        else Drop(waiting, fault);
        return true;
    }

    private void Drop(WaitingStatement waiting, Fault fault) => _mempool.Remove(waiting.Submission.Statement.Id)?.End(fault);

    private void ForwardToLeader(WaitingStatement waiting) => _replica.Forward(Shard, waiting.Submission.Encode());

    private const int RecheckTicks = 10, RecheckMax = 64, SharedWhenStalled = 4;
    private const long RecheckAfterMilliseconds = 250;
    private readonly List<Hash32> _toShare = [];
    private long _committedAt, _oldestWaiting;
    private int _ticks;
}
