using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Execution;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Actors.LedgerShards;

/// <content>The shell around the leader machine: building, proposing, and what the machine asks for.</content>
public sealed partial class LedgerShardActor
{
    private readonly Dictionary<Hash32, (long Height, ReadOnlyMemory<byte> Bytes)> _blocks = [];
    private readonly List<Effect> _effects = [];
    private LeaderMachine? _machine;
    private bool _building, _drained;

    /// <summary>True while this member leads the shard, or tries to; as of now.</summary>
    public bool IsLeading => _machine is not null;

    /// <inheritdoc/>
    public void MayLead(Epoch epoch, Complaint[] complaints) => Post(() => Begin(epoch, complaints, null));

    /// <inheritdoc/>
    public void HandedOver(HandOver handOver) => Post(() =>
    {
        Epoch next = handOver.Epoch.Next;
        int self = _replica.IndexIn(next.Config), members = _replica.SettingsOf(Shard).Membership.Count(next.Config);
        if (self >= 0 && handOver.To == self && next.LeaderAmong(members) == self) Begin(next, [], handOver);
    });

    /// <inheritdoc/>
    public void EpochProven(Epoch epoch) => Post(() => Lead(new HigherEpoch(epoch)));

    /// <inheritdoc/>
    public void LeaderChanged() => Post(() =>
    {
        if (_machine is not null || _replica.IsLeaderOf(Shard)) return;
        foreach (WaitingStatement waiting in _mempool.All) ForwardToLeader(waiting);
    });

    /// <inheritdoc/>
    public void Deliver(Message message) => Post(() => Lead(message));

    /// <summary>Stops leading in good order: the next leader may begin at once. For a shutdown.</summary>
    public void GiveUp() => Post(() => Lead(new GiveUp()));

    /// <summary>While drained the member hands over what it leads and leads nothing; it votes and answers as ever.</summary>
    public void Drain(bool drained) => Post(() =>
    {
        _drained = drained;
        if (drained) Lead(new GiveUp());
    });

    private void Begin(Epoch epoch, Complaint[] complaints, HandOver? handOver)
    {
        if (_drained) return;
        if (_machine is { } current && current.Epoch >= epoch) return;
        EndAttempt();
        _replica.ReportLeading(Shard, $"begins to lead epoch {epoch}");
        _machine = new LeaderMachine(_replica.SettingsOf(Shard), epoch, Id16.Random(_random), complaints, handOver);
        _effects.Clear();
        _machine.Start(_replica.Now, _effects);
        Do();
    }

    private void Lead(Message message)
    {
        if (_machine is not { } machine) return;
        _effects.Clear();
        machine.Step(message, _replica.Now, _effects);
        Do();
    }

    private void Do()
    {
        foreach (Effect effect in _effects.ToArray())
        {
            switch (effect)
            {
                case Send send:
                    if (TryBytesOf(send.Message, out ReadOnlyMemory<byte> bytes)) _replica.Send(Shard, send.To, send.Message, bytes);
                    break;
                case Broadcast broadcast:
                    if (TryBytesOf(broadcast.Message, out bytes)) _replica.Broadcast(Shard, broadcast.Message, bytes);
                    break;
                case FetchBase fetch: FindBase(fetch); break;
                case Ready: TryBuild(); break;
                case LeaderEnded ended: OnEnded(ended); break;
                default: throw new InvariantViolation("A leader's effect has a type that nobody carries out.");
            }
        }
    }

    /// <summary>The bytes that a message takes with it: a proposal its block's. A block that this replica has committed meanwhile is read from its disk; one that nobody has is not proposed.</summary>
    private bool TryBytesOf(Message message, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (message is not ProposeCall { Block.Hash: var hash }) return true;
        bytes = _blocks.TryGetValue(hash, out (long, ReadOnlyMemory<byte> Bytes) block) ? block.Bytes : _replica.OwnBlock(Shard, hash);
        return !bytes.IsEmpty;
    }

    private void FindBase(FetchBase fetch)
    {
        LeaderMachine? asked = _machine;
        _ = FindBaseAsync();

        async Task FindBaseAsync()
        {
            if (await _replica.FindBlockAsync(Shard, fetch.Block) is not { } found) return;
            Post(() =>
            {
                if (_machine != asked) return;
                _blocks[found.Info.Hash] = (found.Info.Height, found.Bytes);
                Lead(new BaseFound(found.Info));
            });
        }
    }

    private void OnEnded(LeaderEnded ended)
    {
        _replica.ReportLeading(Shard, $"no longer leads epoch {ended.Epoch}: {ended.Reason}");
        EndAttempt();
        if (ended.Reason is not (LeaderEnd.HigherEpoch or LeaderEnd.HandedOver)) _replica.Tell(Shard, new LeaderLost(ended.Epoch));
    }

    /// <summary>What was on its way may or may not be committed by the next leader: it waits again.</summary>
    private void EndAttempt()
    {
        _machine = null;
        _blocks.Clear();
        foreach (WaitingStatement waiting in _mempool.All)
        {
            waiting.IsDeferred = false;
            _mempool.SetInBlock(waiting, false);
        }
    }

    private void Forget(long committed)
    {
        foreach ((Hash32 hash, (long height, _)) in _blocks.ToArray())
            if (height <= committed) _blocks.Remove(hash);
    }

    /// <summary>Builds the next block when there is something for it and room on the way: at low load few are on their way and the others gather.</summary>
    private void TryBuild()
    {
        if (_building || _machine is not { BuildOn: { } parent } machine) return;
        long onTheirWay = parent.Height - _replica.TipOf(Shard).Info.Height;
        bool full = _mempool.FreeCount >= _options.Block.StatementsMax || _mempool.FreeEvents >= _options.Block.EntriesMax / 2;
        if (onTheirWay >= (full ? _options.BlocksAtHighLoad : _options.BlocksAtLowLoad)) return;
        List<WaitingStatement> candidates = _mempool.Candidates(_options.Block.StatementsMax, _options.Block.EntriesMax);
        CheckpointItem? checkpoint = onTheirWay <= 0 ? _checkpoints?.Due(_replica.Now.Wall) : null;
        if (candidates.Count == 0 && checkpoint is null && !_replica.OwesBlockOn(Shard, parent)) return;
        _building = true;
        _ = BuildAsync(machine, parent, candidates, checkpoint);
    }

    private async Task BuildAsync(LeaderMachine machine, BlockRef parent, List<WaitingStatement> candidates, CheckpointItem? checkpoint)
    {
        BuiltProposal? built = null;
        try
        {
            built = await _replica.BuildAsync(Shard, machine.Epoch.Config, parent, [.. candidates.Select(candidate => candidate.Submission)], checkpoint, _options.Block);
        }
        catch (OperationCanceledException)
        {
            // The validator stops; there is nothing to propose to.
        }
        Post(() =>
        {
            _building = false;
            // Without a block: the parent is gone or not executed here yet. The next commit, tick or vote tries again.
            if (built is not null && machine == _machine) Take(machine, parent, candidates, built);
        });
    }

    private void Take(LeaderMachine machine, BlockRef parent, List<WaitingStatement> candidates, BuiltProposal built)
    {
        HashSet<int> leftOut = [];
        foreach (LeftOut left in built.LeftOut)
        {
            leftOut.Add(left.Index);
            LeaveOut(candidates[left.Index], left.Fault, parent);
        }
        if (built.Info is { } info && machine.BuildOn == parent)
        {
            for (int i = 0; i < built.Considered; i++)
                if (!leftOut.Contains(i)) _mempool.SetInBlock(candidates[i], true);
            _blocks[info.Hash] = (info.Height, built.Bytes);
            Lead(new BlockToPropose(info));
        }
        // Where nothing came of it, nothing but news makes another attempt worth while.
        if (built.Info is not null || built.LeftOut.Count > 0) TryBuild();
    }

    /// <summary>On the committed block the refusal stands. Behind blocks on their way it may not: the statement is tried again when they are through.</summary>
    private void LeaveOut(WaitingStatement waiting, Fault fault, BlockRef parent)
    {
        if (parent.Height > _replica.TipOf(Shard).Info.Height || fault.Code == FaultCode.StatementRemembered) waiting.IsDeferred = true;
        else Drop(waiting, fault);
    }
}
