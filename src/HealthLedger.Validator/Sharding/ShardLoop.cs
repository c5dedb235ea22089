using System.Threading.Channels;
using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Flushing;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// One shard of a replica: a single-threaded loop around its <see cref="ReplicaMachine"/>. Everything that touches the machine, the overlays
/// or the commit order runs here, one thing after the other; bodies and signatures are checked beside it, disk waits are the flush loop's.
/// </summary>
internal sealed partial class ShardLoop
{
    private readonly record struct Work(Action Run, Task? Before, bool Outside);

    private readonly Channel<Work> _inbox = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ReplicaCore _core;
    private readonly ReplicaMachine _machine;
    private readonly Queue<Message> _local = new();
    private readonly List<Effect> _effects = [];
    private readonly VoteRecords _votes;
    private readonly StateRoots _stateRoots;
    private readonly CancellationToken _stopping;
    private readonly HashSet<Hash32> _heard = [];
    private int _outside, _unreleased, _tickWaits;
    private long _knownHeight;
    private volatile bool _isLevel;
    private volatile ShardStanding _standing;
    private bool _stepping;
    private Task _run = Task.CompletedTask;

    /// <summary>The shard.</summary>
    public int Shard { get; }

    /// <summary>Messages of others that wait.</summary>
    public int QueueLength => Volatile.Read(ref _outside);

    /// <summary>The height of the newest commit certificate that is known here; its block may still be on its way.</summary>
    public long KnownHeight => Volatile.Read(ref _knownHeight);

    /// <summary>Blocks that are executed and not committed.</summary>
    public int PendingCount => _executed.Count;

    /// <summary>Whether it votes, under which configuration, who leads; as of the last step. Read from any thread.</summary>
    public ShardStanding Standing => _standing;

    /// <summary>
    /// True once, since the start, a quorum had told what is committed and this replica had all of it. Before that it cannot know what it lacks: an
    /// emptied folder, an old copy. Afterwards it may be behind, as every replica may, by what is on its way.
    /// </summary>
    public bool IsLevel => _isLevel;

    /// <summary>What the node's leader machines of this shard are built with.</summary>
    public ReplicaSettings Settings { get; }

    /// <summary>A shard as the store left it.</summary>
    /// <param name="core">What the replica's shards share.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="tip">The committed block that state and tree are of.</param>
    /// <param name="votes">Where the vote log's records go.</param>
    /// <param name="log">The fold of the vote log; null when this replica must not vote.</param>
    /// <param name="nonce">Random for this start.</param>
    /// <param name="stopping">Ends the loop.</param>
    public ShardLoop(ReplicaCore core, int shard, ShardTip tip, VoteRecords votes, VoteLog? log, Id16 nonce, CancellationToken stopping)
    {
        (_core, Shard, _tip, _votes, _stopping) = (core, shard, tip, votes, stopping);
        BlockHeader genesis = core.Genesis.HeaderOf(shard);
        Settings = new ReplicaSettings(shard, IncomingBlock.InfoOf(genesis, genesis.ComputeHash()), core.Keys, core.Verifier, nonce);
        _machine = new ReplicaMachine(Settings, log, tip.Info);
        _stateRoots = new StateRoots(core.Store.State((uint)shard));
        _stateRoots.Remember(tip.Info.Height);
        _standing = StandingOf(_machine);
        Post(() =>
        {
            Do(effects => _machine.Start(_core.Now, effects));
            // The store may have kept a commit whose record in the vote log was lost; after a stop sign nobody votes on it again.
            if (tip.Certificate is { } certificate) Step(new DecideCall(certificate) { Config = certificate.Epoch.Config, From = _core.Book.IndexOf(certificate.Epoch.Config, _core.Self) });
        });
    }

    /// <summary>Starts the loop. What came before waits behind the start of the machine.</summary>
    public void Start() => _run = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Completes when the loop has ended, after <see cref="Stop"/> or a failure.</summary>
    public Task Completion => _run;

    /// <summary>Ends the loop after what it is doing; what waits is dropped.</summary>
    public void Stop() => _inbox.Writer.TryComplete();

    /// <summary>Queues work of this node itself; bounded by what it does at once.</summary>
    public void Post(Action run, Task? before = null) => _inbox.Writer.TryWrite(new Work(run, before, Outside: false));

    /// <summary>Queues a tick unless one waits already.</summary>
    public void PostTick()
    {
        if (Interlocked.Exchange(ref _tickWaits, 1) != 0) return;
        Post(() =>
        {
            Volatile.Write(ref _tickWaits, 0);
            NoteDueStop();
            Step(new Tick());
            AskTips();
        });
    }

    /// <summary>Queues a message of another member; dropped when too many wait. It will be repeated if it mattered.</summary>
    public void PostOutside(Message message)
    {
        if (Admit() && !_inbox.Writer.TryWrite(new Work(() => Take(message), null, Outside: true))) Interlocked.Decrement(ref _outside);
    }

    private void Take(Message message)
    {
        if (message is LockCall call && _executed.TryGetValue(call.Prepared.Block, out ChainBlock? locked) && locked.Times.Locked == 0) locked.Times.Locked = _core.Time.GetTimestamp();
        if (message is StatusAnswer && _core.Book.MemberAt(message.Config, message.From) is { } member) _heard.Add(member);
        Step(message);
    }

    private bool Admit()
    {
        if (Interlocked.Increment(ref _outside) <= _core.Options.InboxMessagesMax) return true;
        Interlocked.Decrement(ref _outside);
        _core.Metrics.Dropped("shard");
        return false;
    }

    /// <summary>Runs a function in the loop and hands its result back.</summary>
    public Task<T> AskAsync<T>(Func<T> function)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Work work = new(() => answer.TrySetResult(function()), null, Outside: false);
        if (!_inbox.Writer.TryWrite(work)) answer.TrySetCanceled();
        return answer.Task;
    }

    /// <summary>Takes a step of the machine, and of what follows from it at once.</summary>
    public void Step(Message message)
    {
        _local.Enqueue(message);
        if (_stepping) return;
        while (_local.TryDequeue(out Message? next)) Do(effects => _machine.Step(next, _core.Now, effects));
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _inbox.Reader.WaitToReadAsync(_stopping))
            {
                while (_inbox.Reader.TryRead(out Work work))
                {
                    if (work.Outside) Interlocked.Decrement(ref _outside);
                    if (work.Before is { IsCompleted: false } before) await before.WaitAsync(_stopping);
                    work.Run();
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The replica stops.
        }
        catch (Exception failure)
        {
            _core.Fail(Shard, failure);
        }
    }

    private void Do(Action<List<Effect>> step)
    {
        _stepping = true;
        _effects.Clear();
        step(_effects);
        if (StandingOf(_machine) is var standing && standing != _standing)
        {
            ShardStanding before = _standing;
            if (standing.Promised > before.Promised) _core.Metrics.EpochEntered(Shard);
            _standing = standing;
            if (standing.LeaderId != before.LeaderId) _core.LeaderOf(Shard)?.LeaderChanged();
        }
        Volatile.Write(ref _knownHeight, _machine.Committed?.Height ?? 0);
        FlushItem? item = null;
        foreach (Effect effect in _effects) Take(effect, ref item);
        _votes.CompactIfDue(_machine.Log, InfoOf);
        if (item is not null) Leave(item);
        _stepping = false;
        NoteLevel();
    }

    private void NoteLevel() =>
        _isLevel = _isLevel || (_machine.Mode != ReplicaMode.Recovering && HasHeard && _tip.Info.Height >= (_machine.Log.Committed?.Height ?? 0));

    private bool HasHeard => _core.Book.TryGet(_machine.Config) is { } configuration
        && configuration.Members.Count(member => member.Identity.KeyId == _core.Self || _heard.Contains(member.Identity.KeyId)) >= configuration.Q;

    private ShardStanding StandingOf(ReplicaMachine machine) =>
        new(machine.Mode, machine.Promised, machine.Config, machine.Leader, _core.Book.MemberAt(machine.Config, machine.Leader) ?? default, machine.MayRetire);

    private void Take(Effect effect, ref FlushItem? item)
    {
        switch (effect)
        {
            case Persist persist:
                if (persist.Record is Prepared prepared)
                {
                    StageBlock(prepared.Block);
                    if (_executed.TryGetValue(prepared.Block.Hash, out ChainBlock? voted)) voted.Times.Voted = _core.Time.GetTimestamp();
                }
                _votes.Stage(persist.Record);
                Item(ref item).NeedsDisk = true;
                break;
            case CastVote cast:
                Item(ref item).Votes.Add((cast.To, cast.Vote));
                break;
            case Consensus.Effects.Send or Broadcast or Cosign:
                Item(ref item).Outputs.Add(effect);
                break;
            case Commit commit:
                foreach (CommittedBlock block in Apply(commit)) Item(ref item).Outputs.Add(block);
                break;
            case Execute execute: BeginExecute(execute); break;
            case Fetch fetch: BeginFetch(fetch); break;
            case MayLead may: _core.LeaderOf(Shard)?.MayLead(may.Epoch, may.Complaints); break;
            case EpochProven proven: _core.LeaderOf(Shard)?.EpochProven(proven.Epoch); break;
            case ModeChanged changed: _core.ModeChanged(Shard, changed.Mode); break;
            case ConfigurationMissing: _core.Configurations.AskSoon(); break;
            default: throw new InvariantViolation("A replica's effect has a type that nobody carries out.");
        }
    }

    private BlockInfo? InfoOf(BlockRef block) =>
        _executed.TryGetValue(block.Hash, out ChainBlock? executed) ? executed.Info : _tip.Info.Hash == block.Hash ? _tip.Info : null;

    private FlushItem Item(ref FlushItem? item) => item ??= new FlushItem { Release = Release };

    /// <summary>Sends at once what waits for nothing; the rest leaves after its flush, in order.</summary>
    private void Leave(FlushItem item)
    {
        if (!item.NeedsDisk && item.Votes.Count == 0 && Volatile.Read(ref _unreleased) == 0)
        {
            Send(item, []);
            return;
        }
        Interlocked.Increment(ref _unreleased);
        _core.Flush.Enqueue(item);
    }

    private void Release(FlushItem item, VoteProof[] proofs)
    {
        Send(item, proofs);
        Interlocked.Decrement(ref _unreleased);
    }

    private void Send(FlushItem item, VoteProof[] proofs)
    {
        for (int i = 0; i < proofs.Length; i++)
        {
            (int to, Vote vote) = item.Votes[i];
            _core.Send(Shard, to, new VoteAnswer(new SignedVote(vote, proofs[i])) { From = proofs[i].Member, Config = vote.Epoch.Config });
        }
        foreach (object output in item.Outputs)
        {
            switch (output)
            {
                case Send send: _core.Send(Shard, send.To, _core.Signed(send.Message)); break;
                case Broadcast broadcast: _core.Broadcast(Shard, _core.Signed(broadcast.Message)); break;
                case Cosign cosign: _core.Cosign(cosign.Height, cosign.TreeSize); break;
                case CommittedBlock block: _core.Publish(block); break;
            }
        }
    }
}
