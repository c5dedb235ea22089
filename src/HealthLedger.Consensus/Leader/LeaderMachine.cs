using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Leader;

/// <summary>
/// One attempt of one activation of a shard actor to lead one epoch: collects promises, proposes the base and then blocks, makes certificates.
/// It holds nothing durable and cannot harm safety whatever it does; a new attempt takes a new leader id. Deterministic like the replica.
/// </summary>
public sealed partial class LeaderMachine
{
    private readonly ReplicaSettings _settings;
    private readonly SafetyRules _rules;
    private readonly CertificateCheck _check;
    private readonly NewEpochCall _call;
    private readonly int _self, _members, _quorum;

    /// <summary>An attempt to lead <paramref name="epoch"/> with the evidence of <see cref="MayLead"/> or a hand-over. Call <see cref="Start"/> next.</summary>
    /// <param name="settings">The settings of the node's replica of that shard.</param>
    /// <param name="epoch">The epoch; the own member leads it.</param>
    /// <param name="leaderId">16 fresh random bytes.</param>
    /// <param name="complaints">q complaints of the epoch before, or empty.</param>
    /// <param name="handOver">The hand-over of the epoch before, or null.</param>
    public LeaderMachine(ReplicaSettings settings, Epoch epoch, Id16 leaderId, Complaint[] complaints, HandOver? handOver)
        : this(settings, epoch, leaderId, complaints, handOver, SafetyRules.Standard)
    {
    }

    internal LeaderMachine(
        ReplicaSettings settings, Epoch epoch, Id16 leaderId, Complaint[] complaints, HandOver? handOver, SafetyRules rules)
    {
        _settings = settings;
        _rules = rules;
        _check = new CertificateCheck(settings, rules);
        _self = settings.Membership.Self(epoch.Config);
        _members = settings.Membership.Count(epoch.Config);
        Invariant.Require(_self >= 0 && _members > 0 && epoch.LeaderAmong(_members) == _self, "A member leads only its own epochs.");
        Invariant.Require(!leaderId.IsZero, "A leader id is random.");
        _quorum = rules.QuorumIn(settings.Membership, epoch.Config);
        _call = new NewEpochCall(epoch, leaderId, complaints, handOver) { Config = epoch.Config, From = _self };
        _promises = new Promise?[_members];
        _nackedAt = new long[_members];
        Array.Fill(_nackedAt, long.MinValue / 2);
    }

    /// <summary>The epoch.</summary>
    public Epoch Epoch => _call.Epoch;

    /// <summary>The id of this attempt.</summary>
    public Id16 LeaderId => _call.LeaderId;

    /// <summary>The attempt is over; steps do nothing any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The block to build on, null until the base is settled, while the window is full, and above a stop sign.</summary>
    public BlockRef? BuildOn =>
        IsOver || _last is not { } last || _rules.EndsConfiguration(last.IsStop) || last.Block.Height - _committedHeight >= ConsensusTimes.Window ? null : last.Block;

    /// <summary>The newest commit certificate that this leader knows.</summary>
    public Certificate? Committed => _committed;

    /// <summary>Asks everyone for a Promise.</summary>
    public void Start(Moment now, List<Effect> effects)
    {
        _sentAt = now.Elapsed;
        effects.Add(new Broadcast(_call));
    }

    /// <summary>Takes one step.</summary>
    /// <exception cref="InvariantViolation">A bug.</exception>
    public void Step(Message message, Moment now, List<Effect> effects)
    {
        if (IsOver) return;
        switch (message)
        {
            case VoteAnswer answer: OnVote(answer.Vote, now, effects); break;
            case PromiseAnswer answer: OnPromise(answer.Promise, now, effects); break;
            case BlockToPropose built: OnBlock(built.Block, now, effects); break;
            case BaseFound found: OnBaseFound(found.Block, now, effects); break;
            case NackAnswer answer when answer.Config == Epoch.Config: OnNack(answer.Nack, answer.From, now, effects); break;
            case Tick: OnTick(now, effects); break;
            case HigherEpoch higher when higher.Epoch > Epoch: End(LeaderEnd.HigherEpoch, effects); break;
            case GiveUp: OnGiveUp(effects); break;
            default: break;
        }
        Invariant.Require(_slots.Count <= ConsensusTimes.Window + 1, "The window bounds what is on its way.");
    }

    private void OnNack(Nack nack, int from, Moment now, List<Effect> effects)
    {
        if (from < 0 || from >= _members) return;
        if (_rules.StepsDownOn(nack, Epoch))
        {
            End(LeaderEnd.HigherEpoch, effects);
            return;
        }
        switch (nack.Reason)
        {
            case NackReason.OtherLeader:
                _otherLeader |= 1UL << from;
                if (CannotWin) End(LeaderEnd.OtherActivation, effects);
                break;
            case NackReason.Behind when now.Elapsed - _nackedAt[from] >= ConsensusTimes.ResendMilliseconds / 2:
                _nackedAt[from] = now.Elapsed;
                Resend(from, nack.NeedFrom ?? 0, effects);
                break;
            default: break;
        }
    }

    /// <summary>
    /// So many have promised this epoch to another activation that q promises cannot come together. Who has promised to this one does not
    /// count: its refusal was meant for the other. More than f are needed, so liars alone end nothing.
    /// </summary>
    private bool CannotWin
    {
        get
        {
            int lost = 0;
            for (int member = 0; member < _members; member++)
            {
                if ((_otherLeader >> member & 1) == 1 && _promises[member] is null) lost++;
            }
            return _chain is null && lost > _members - _quorum;
        }
    }

    private void OnGiveUp(List<Effect> effects)
    {
        Epoch next = Epoch.Next;
        int to = next.LeaderAmong(_members);
        effects.Add(new Send(to, new HandOverCall(new HandOver(_settings.Shard, Epoch, _self, to, [])) { Config = Epoch.Config, From = _self }));
        End(LeaderEnd.HandedOver, effects);
    }

    private void End(LeaderEnd reason, List<Effect> effects)
    {
        Invariant.Require(!IsOver, "An attempt ends once.");
        IsOver = true;
        effects.Add(new LeaderEnded(Epoch, reason));
    }

    private ulong _otherLeader;
    private readonly long[] _nackedAt;
}
