using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <content>Rules 3, 4 and 5: proposals, prepares, locks.</content>
public sealed partial class ReplicaMachine
{
    private readonly List<ProposeCall> _pending = [];
    private readonly DirectoryWatch _directory = new();
    private Hash32 _executing;

    private void OnPropose(ProposeCall call, Moment now, List<Effect> effects)
    {
        if (!IsOfItsConfiguration(call, call.Epoch)) return;
        if (call.Committed is { } committed && Certificate.Compare(committed, _log.Committed) > 0) LearnCommit(committed, now, effects);
        if (!IsHeard(call, call.Epoch.Config, now, effects) || !Joins(call, now, effects)) return;
        BlockInfo block = call.Block;
        if (block.Height <= _log.VotedHeight)
        {
            if (_log.HasVoted(block.Height, block.Hash)) effects.Add(PrepareVote(call.From, block, call.Epoch));
            else if (block.Height > Tip.Height) SendNack(call, NackReason.AcceptedOther, effects);
            return;
        }
        if (_log.LastAccepted is null && !FindBase(call, now, effects)) return;
        if (block.Shard != _settings.Shard || block.Config != call.Epoch.Config)
        {
            SendNack(call, NackReason.InvalidBlock, effects);
            return;
        }
        long expected = ExpectedHeight;
        if (block.Height < expected) return;
        if (block.Height > expected + ConsensusTimes.Window)
        {
            SendNack(call, NackReason.WindowFull, effects);
            return;
        }
        _pending.RemoveAll(other => other.Block.Height == block.Height);
        _pending.Add(call);
        if (block.Height > expected && !_pending.Exists(other => other.Block.Height == expected))
        {
            SendNack(call, NackReason.Behind, effects, expected);
        }
        Advance(now, effects);
    }

    /// <summary>The fence: the call is of the epoch this replica is in, or brings the promises that let it in.</summary>
    private bool Joins(ProposeCall call, Moment now, List<Effect> effects)
    {
        if (_rules.IsFenced(call.Epoch, Promised))
        {
            SendNack(call, NackReason.PromisedHigher, effects);
            return false;
        }
        if (call.Epoch.Config != Config)
        {
            // Of a configuration whose stop sign is not committed here yet (rule 10).
            SendNack(call, NackReason.Behind, effects, Tip.Height + 1);
            return false;
        }
        if (call.Epoch.Counter < 0 || call.From != call.Epoch.LeaderAmong(_members))
        {
            SendNack(call, NackReason.NotYours, effects);
            return false;
        }
        if (call.Epoch > Promised || _log.LeaderId.IsZero)
        {
            if (call.Promises is null || !_check.AreValid(call.Promises, call.Epoch, call.LeaderId))
            {
                SendNack(call, NackReason.Behind, effects, Tip.Height + 1);
                return false;
            }
            HoldAll(call.Promises);
            if (!EnterOnProof(call.Epoch, call.LeaderId, now, effects)) return false;
        }
        if (call.Epoch == Promised && _log.LeaderId != call.LeaderId)
        {
            SendNack(call, NackReason.OtherLeader, effects);
            return false;
        }
        return true;
    }

    /// <summary>Recomputes the base from the promises of the first proposal; a leader has no say in it.</summary>
    private bool FindBase(ProposeCall call, Moment now, List<Effect> effects)
    {
        if (_log.Base is not null) return true;
        if (call.Promises is null || !_check.AreValid(call.Promises, call.Epoch, call.LeaderId))
        {
            SendNack(call, NackReason.Behind, effects, Tip.Height + 1);
            return false;
        }
        HoldAll(call.Promises);
        BaseChoice choice = _rules.ChooseBase(call.Promises, _settings.Genesis.Ref);
        Record(new BaseChosen(call.Epoch, choice.Block, choice.VoteAgain), effects);
        EnterOnProof(call.Epoch, call.LeaderId, now, effects);
        if (choice.Committed is { } committed) LearnCommit(committed, now, effects);
        return true;
    }

    /// <summary>The only height that can be accepted next in this epoch.</summary>
    private long ExpectedHeight
    {
        get
        {
            if (_log.LastAccepted is { } last) return last.Height + 1;
            Invariant.Require(_log.Base is not null, "The base is known before a proposal is looked at.");
            return _log.Base.VoteAgain ? _log.Base.Block.Height : _log.Base.Block.Height + 1;
        }
    }

    /// <summary>Votes for what waits, as far as it is in order and executed.</summary>
    private void Advance(Moment now, List<Effect> effects)
    {
        while (_pending.Count > 0 && (_log.LastAccepted is not null || _log.Base is not null))
        {
            long expected = ExpectedHeight;
            _pending.RemoveAll(other => other.Block.Height < expected);
            ProposeCall? call = _pending.Find(other => other.Block.Height == expected);
            if (call is null || !IsReady(call, now, effects)) return;
            _pending.Remove(call);
            if (Refusal(call.Block, IsVotedAgain, now) is { } reason)
            {
                SendNack(call, reason, effects);
                return;
            }
            Record(new Prepared(call.Epoch, call.Block), effects);
            effects.Add(PrepareVote(call.From, call.Block, call.Epoch));
        }
    }

    /// <summary>The block is the base of the epoch, which q members certified before.</summary>
    private bool IsVotedAgain => _log.LastAccepted is null && _log.Base is { VoteAgain: true };

    /// <summary>The block continues the chain and is executed; otherwise it is refused, or its execution is asked for.</summary>
    private bool IsReady(ProposeCall call, Moment now, List<Effect> effects)
    {
        BlockInfo block = call.Block;
        bool follows = _log.LastAccepted is { } last ? block.Parent == last.Hash : _rules.FollowsBase(_log.Base!, block);
        if (!follows)
        {
            _pending.Remove(call);
            SendNack(call, NackReason.InvalidBlock, effects);
            return false;
        }
        if (block.Height > Tip.Height + ConsensusTimes.Window && !IsVotedAgain)
        {
            _pending.Remove(call);
            SendNack(call, NackReason.WindowFull, effects);
            return false;
        }
        if (_tree.Find(block.Hash) is not null) return true;
        if (block.Height <= Tip.Height)
        {
            // q promises cannot lead below or beside what is committed here unless more than f members lie; this replica has no part in it.
            _pending.Remove(call);
            SendNack(call, NackReason.InvalidBlock, effects);
            return false;
        }
        if (_executing == block.Hash) return false;
        if (_tree.Find(block.Parent) is null)
        {
            AskFor(block.Parent, block.Height - 1, null, now, effects);
            return false;
        }
        _executing = block.Hash;
        effects.Add(new Execute(block, IsVotedAgain));
        return false;
    }

    /// <summary>What the header alone can be refused for. A block voted again was found valid by q members; time has passed since.</summary>
    private NackReason? Refusal(BlockInfo block, bool votedAgain, Moment now)
    {
        if (block.Height <= Tip.Height) return null;
        BlockInfo? parent = _tree.Find(block.Parent);
        Invariant.Require(parent is not null, "An executed block has an executed parent.");
        if (_rules.EndsConfiguration(parent.IsStop) ? block.Config != parent.ChildConfig || Tip.Hash != parent.Hash : block.Config != parent.Config)
        {
            return NackReason.InvalidBlock;
        }
        if (block.Time < parent.Time || block.DirectoryHeight < parent.DirectoryHeight) return NackReason.InvalidBlock;
        if (!_rules.AsksClock(votedAgain)) return null;
        if (Math.Abs(block.Time - now.Wall) > ConsensusTimes.ClockMilliseconds) return NackReason.Clock;
        return _settings.Shard != 0 && block.DirectoryHeight < _directory.Required(now.Elapsed) ? NackReason.Clock : null;
    }

    private CastVote PrepareVote(int to, BlockInfo block, Epoch epoch) =>
        new(to, new Vote(VoteKind.Prepare, _settings.Shard, epoch, block.Height, block.Hash));

    private void OnExecuted(Executed executed, Moment now, List<Effect> effects)
    {
        BlockInfo block = executed.Block;
        if (_executing == block.Hash) _executing = default;
        if (executed.Verdict == Verdict.Ok)
        {
            if (!_tree.TryAdd(block)) return;
            if (_log.Committed is { } committed) TryCommit(committed, now, effects);
            Advance(now, effects);
            return;
        }
        ProposeCall? call = _pending.Find(other => other.Block.Hash == block.Hash);
        if (call is null) return;
        _pending.Remove(call);
        SendNack(call, executed.Verdict == Verdict.Invalid ? NackReason.InvalidBlock : NackReason.BodyMissing, effects);
    }

    private void OnLock(LockCall call, Moment now, List<Effect> effects)
    {
        if (!IsOfItsConfiguration(call, call.Epoch) || !IsHeard(call, call.Epoch.Config, now, effects)) return;
        if (_rules.IsFenced(call.Epoch, Promised))
        {
            SendNack(call, NackReason.PromisedHigher, effects);
            return;
        }
        Certificate prepared = call.Prepared;
        if (call.Epoch != Promised || call.Epoch.Config != Config || _log.LeaderId.IsZero)
        {
            SendNack(call, NackReason.Behind, effects, Tip.Height + 1);
            return;
        }
        if (_log.LeaderId != call.LeaderId || call.From != call.Epoch.LeaderAmong(_members))
        {
            SendNack(call, NackReason.OtherLeader, effects);
            return;
        }
        if (!_rules.MayLock(prepared, call.Epoch) || !_check.IsValid(prepared, VoteKind.Prepare))
        {
            SendNack(call, NackReason.InvalidBlock, effects);
            return;
        }
        if (!_log.HasVoted(prepared.Height, prepared.Block))
        {
            if (prepared.Height > _log.VotedHeight) SendNack(call, NackReason.Behind, effects, (_log.LastAccepted?.Height ?? Tip.Height) + 1);
            return;
        }
        if (Certificate.Compare(prepared, _log.Lock) > 0)
        {
            Record(new Locked(prepared), effects);
            HoldAll(prepared);
        }
        Invariant.Require(Certificate.Compare(_log.Lock, prepared) >= 0, "A Commit is voted only under a lock that covers it.");
        effects.Add(new CastVote(call.From, new Vote(VoteKind.Commit, _settings.Shard, call.Epoch, prepared.Height, prepared.Block)));
    }
}
