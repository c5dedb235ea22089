using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Liars;

namespace HealthLedger.Simulation.World;

/// <content>Steps the machines and does what they ask, in order.</content>
public sealed partial class Node
{
    /// <summary>A message that the network brought.</summary>
    public void Receive(Message message)
    {
        if (Replica is null) return;
        if (message.Config > Known)
        {
            AskForConfigurations();
            return;
        }
        if (Liar is not null && !Liar.Hears(message)) return;
        switch (message)
        {
            case SimForward forward:
                Take(forward.Statements, isForwarded: true);
                break;
            case NackAnswer:
                StepLeaders(message);
                break;
            case PromiseAnswer or VoteAnswer:
                StepLeaders(message);
                StepReplica(message);
                break;
            case HandOverCall handOver:
                TakeOver(handOver.HandOver);
                break;
            case ProposeCall propose:
                // The bytes of a proposal come with it, unless a liar withholds them.
                _world.Blocks[propose.Block.Hash].Held |= Bit;
                StepReplica(message);
                break;
            case SimWithheld withheld:
                StepReplica(withheld.Call);
                break;
            default:
                StepReplica(message);
                break;
        }
    }

    /// <summary>Steps the replica.</summary>
    public void StepReplica(Message message)
    {
        if (Replica is null) return;
        List<Effect> effects = Rent();
        Replica.Step(message, Now, effects);
        Do(effects);
        // Only these may change who leads, or is expected to.
        if (message is HealthLedger.Consensus.Messages.Tick or ComplainCall or NewEpochCall or ProposeCall or DecideCall) FollowLeader();
    }

    private void FollowLeader()
    {
        if (Replica is null || (Replica.Config, Replica.Leader) is var leader && leader == _leaderSeen) return;
        _leaderSeen = leader;
        Forward(Watch);
    }

    internal void StepLeaders(Message message)
    {
        for (int i = 0; i < Leaders.Count; i++) StepLeader(Leaders[i], message);
    }

    private void StepLeader(LeaderMachine leader, Message message)
    {
        if (leader.IsOver) return;
        List<Effect> effects = Rent();
        leader.Step(message, Now, effects);
        Do(effects, leader);
        if (leader.IsOver) Leaders.Remove(leader);
    }

    /// <summary>Starts an activation that tries to lead.</summary>
    public void Lead(Epoch epoch, Complaint[] complaints, HandOver? handOver)
    {
        if (Replica is null) return;
        var leader = new LeaderMachine(NewSettings(), epoch, _world.NextId(), complaints, handOver, _world.Rules);
        if (Leaders.Count >= 4) Leaders.RemoveAt(0);
        Leaders.Add(leader);
        _world.Trace?.Add(this, $"tries to lead {epoch}");
        List<Effect> effects = Rent();
        leader.Start(Now, effects);
        Do(effects, leader);
    }

    private void TakeOver(HandOver handOver)
    {
        Epoch next = handOver.Epoch.Next;
        if (Replica is null || handOver.Epoch.Counter < 0 || next <= Replica.Promised || next.Config != Replica.Config) return;
        if (next.LeaderAmong(_world.Configurations.Count(next.Config)) != Seat(next.Config) || Leaders.Exists(leader => leader.Epoch == next)) return;
        Lead(next, [], handOver);
    }

    private void Do(List<Effect> effects, LeaderMachine? leader = null)
    {
        int life = Life;
        for (int i = 0; i < effects.Count && Life == life && Replica is not null; i++)
        {
            if (CrashAfter >= 0 && CrashAfter-- == 0)
            {
                Crash();
                break;
            }
            Do(effects[i], leader);
        }
        effects.Clear();
        _lists.Push(effects);
    }

    private void Do(Effect effect, LeaderMachine? leader)
    {
        switch (effect)
        {
            case Persist persist:
                Disk.Append(persist.Record);
                _world.Trace?.Record(this, persist.Record);
                if (persist.Record is BaseChosen chosen && IsHonest) _world.Oracle.BaseChosen(this, chosen);
                PlanFlush();
                break;
            case Send or Broadcast or CastVote or Cosign:
                if (Disk.IsDirty) _outbox.Enqueue(effect);
                else Release(effect);
                break;
            case Commit commit:
                Apply(commit);
                break;
            case Execute execute:
                _world.Queue.Add(_world.Now + _world.Random.Next(0, 4), new SimEvent(EventKind.ExecutionDone, Id, Life, _world.Blocks[execute.Block.Hash]));
                break;
            case Fetch fetch:
                _world.Queue.Add(_world.Now + _world.Random.Next(2, 30), new SimEvent(EventKind.FetchDone, Id, Life, fetch));
                break;
            case FetchBase fetch:
                _world.Queue.Add(_world.Now + _world.Random.Next(2, 30), new SimEvent(EventKind.BaseDone, Id, Life, (leader, fetch)));
                break;
            case MayLead may:
                Lead(may.Epoch, may.Complaints, null);
                break;
            case EpochProven proven:
                StepLeaders(new HigherEpoch(proven.Epoch));
                break;
            case Ready:
                TryBuild();
                break;
            case LeaderEnded ended:
                _world.Trace?.Add(this, $"stops leading {ended.Epoch}: {ended.Reason}");
                break;
            case ConfigurationMissing:
                AskForConfigurations();
                break;
            case ModeChanged changed:
                _world.Trace?.Add(this, $"is now {changed.Mode}");
                break;
            default:
                throw new Violation($"The shell does not know the effect {effect.GetType().Name}.");
        }
    }

    private void PlanFlush()
    {
        if (_flushPlanned) return;
        _flushPlanned = true;
        _world.Queue.Add(_world.Now + _world.Random.Next(0, 5), new SimEvent(EventKind.Flush, Id, Life, null));
    }

    /// <summary>The flush ends: what waited for it leaves, one thing after the other.</summary>
    public void Flushed()
    {
        _flushPlanned = false;
        if (!_world.IsHealed && (_world.Plan.Acts & Acts.Crash) != 0 && _world.Random.Chance(2))
        {
            // A failed flush ends the replica; what got to the disk of it, nobody knows. It is never tried again.
            Crash();
            return;
        }
        Disk.Flush(MarkDurable);
        int life = Life;
        while (Life == life && _outbox.TryDequeue(out Effect? effect))
        {
            if (CrashAfter >= 0 && CrashAfter-- == 0)
            {
                Crash();
                return;
            }
            Release(effect);
        }
    }

    private void MarkDurable(VoteRecord record)
    {
        if (record is not Prepared prepared) return;
        SimBlock block = _world.Blocks[prepared.Block.Hash];
        if ((block.Held & Bit) != 0) block.Durable |= Bit;
    }

    /// <summary>Signs and sends what may leave now.</summary>
    private void Release(Effect effect)
    {
        if (effect is not Commit) _world.Trace?.Effect(this, effect);
        if (Liar is not null)
        {
            Liar.Release(effect);
            return;
        }
        switch (effect)
        {
            case CastVote cast:
                _world.Oracle.Voted(this, cast.Vote);
                _world.Brain?.Overhear(cast.Vote);
                int config = cast.Vote.Epoch.Config, seat = Seat(config);
                _world.Send(this, cast.To, new VoteAnswer(new SignedVote(cast.Vote, _world.Keys.Sign(cast.Vote, seat))) { Config = config, From = seat });
                break;
            case Send send:
                _world.Send(this, send.To, Signed(send.Message));
                break;
            case Broadcast broadcast:
                Message signed = Signed(broadcast.Message);
                for (int member = 0; member < _world.Configurations.Count(signed.Config); member++) _world.Send(this, member, signed);
                break;
            case Cosign cosign:
                _world.Oracle.Cosigned(this, cosign.TreeSize);
                break;
            case Commit commit:
                if (IsHonest) _world.Oracle.Acknowledged(commit.Blocks[^1].Hash);
                break;
            default:
                throw new Violation("Only what leaves a node waits for its disk.");
        }
    }

    internal Message Signed(Message message)
    {
        switch (message)
        {
            case PromiseAnswer answer:
                if (IsHonest) _world.Oracle.Promised(this, answer.Promise);
                return answer with { Promise = _world.Keys.Sign(answer.Promise) };
            case ComplainCall call:
                return call with { Complaint = _world.Keys.Sign(call.Complaint) };
            case HandOverCall call:
                return call with { HandOver = _world.Keys.Sign(call.HandOver) };
            case StatusAnswer answer:
                return answer with { Status = _world.Keys.Sign(answer.Status) };
            default:
                return message;
        }
    }

    private void Apply(Commit commit)
    {
        if (IsHonest) _world.Oracle.Committed(this, commit);
        foreach (Consensus.BlockInfo info in commit.Blocks)
        {
            SimBlock block = _world.Blocks[info.Hash];
            if (block.Parent != Chain[^1]) throw new Violation($"Node {Id} commits height {info.Height} on top of another block.");
            Chain.Add(block);
            _certificates.Add(block.Info.Hash == commit.Certificate.Block ? commit.Certificate : null);
            block.Durable |= Bit;
            block.Held |= Bit;
            Watch &= ~block.Statements;
            Pool &= ~block.Statements;
        }
        _world.Trace?.Effect(this, commit);
        if (Disk.IsDirty) _outbox.Enqueue(commit);
        else Release(commit);
        StepReplica(NewWaiting());
    }
}

/// <summary>A liar's proposal whose block is not sent along.</summary>
public sealed record SimWithheld(ProposeCall Call) : Message;
