using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <content>Rule 2: promises, and the ways into an epoch.</content>
public sealed partial class ReplicaMachine
{
    private Epoch _mayLeadSeen;

    private void OnNewEpoch(NewEpochCall call, Moment now, List<Effect> effects)
    {
        if (!IsOfItsConfiguration(call, call.Epoch) || !IsHeard(call, call.Epoch.Config, now, effects)) return;
        if (!_rules.MayPromise(call.Epoch, Config, IsLevel))
        {
            SendNack(call, NackReason.Behind, effects, Tip.Height + 1);
            return;
        }
        if (call.Epoch.Counter < 0 || call.LeaderId.IsZero || call.From != call.Epoch.LeaderAmong(_settings.Membership.Count(call.Config)))
        {
            SendNack(call, NackReason.NotYours, effects);
            return;
        }
        if (call.Epoch < Promised)
        {
            SendNack(call, NackReason.PromisedHigher, effects);
            return;
        }
        if (call.Epoch == Promised)
        {
            if (_log.Given is { } given && given.LeaderId == call.LeaderId) SendPromise(call.From, given, effects);
            else SendNack(call, NackReason.OtherLeader, effects);
            return;
        }
        if (!IsOpen(call, now, effects))
        {
            SendNack(call, NackReason.NoComplaints, effects);
            return;
        }
        if (call.Epoch <= Promised || !_rules.MayEnter(call.Epoch, Promised, IsUpToDate)) return;
        int self = _settings.Membership.Self(call.Config);
        var promise = new Promise(_settings.Shard, call.Epoch, call.LeaderId, self, _rules.ReportedLock(_log.Lock), _log.Committed, []);
        Record(new Promised(promise), effects);
        Entered(now);
        SendPromise(call.From, promise, effects);
    }

    private void SendPromise(int to, Promise promise, List<Effect> effects)
    {
        Invariant.Require(promise.Epoch == Promised, "Only the promise of the current epoch is given again.");
        effects.Add(new Send(to, new PromiseAnswer(promise) { Config = promise.Epoch.Config, From = promise.Member }));
    }

    /// <summary>The sender is a member of the configuration that its epoch is of.</summary>
    private bool IsOfItsConfiguration(Message call, Epoch epoch) =>
        call.Config == epoch.Config && call.From >= 0 && call.From < _settings.Membership.Count(epoch.Config);

    /// <summary>
    /// Whether a leader's call may be followed at all. One of a newer configuration knows of commits that are missing here; one of an older has
    /// missed commits itself.
    /// </summary>
    private bool IsHeard(Message call, int config, Moment now, List<Effect> effects)
    {
        if (config > Config) AskForNews(config, call.From, now, effects);
        if (config < Config) AnswerWithNews(config, call.From, now, effects);
        return config >= Config && Mode == ReplicaMode.Voting;
    }

    /// <summary>
    /// The newest certificates known here are not below the stop sign that opened the configuration (rule 10), so that the base of its first
    /// epoch is the sign. They may be after a crash: the store kept a commit whose record in the vote log was lost.
    /// </summary>
    private bool IsLevel =>
        Config == _settings.Genesis.Config || _log.Lock?.Epoch.Config == Config
        || (_log.Committed is { } newest && (newest.Epoch.Config == Config || newest.Height >= _signHeight));

    /// <summary>The first epoch of a configuration is open; a later one by q complaints of the one before, or its leader's hand-over.</summary>
    private bool IsOpen(NewEpochCall call, Moment now, List<Effect> effects)
    {
        Epoch first = FirstEpoch(call.Config);
        if (call.Epoch == first) return true;
        if (call.Epoch < first) return false;
        if (call.HandOver is { } handOver && _check.IsValid(handOver, call.Epoch)) return true;
        if (!_check.AreValid(call.Complaints, call.Epoch with { Counter = call.Epoch.Counter - 1 })) return false;
        if (call.Config != Config) return true;
        foreach (Complaint complaint in call.Complaints) TakeComplaint(complaint, now, effects);
        return true;
    }

    /// <summary>Enters an epoch on proof: q promises to a leader id, or a commit certificate (then the id is not known yet).</summary>
    private bool EnterOnProof(Epoch epoch, Id16 leaderId, Moment now, List<Effect> effects)
    {
        Invariant.Require(epoch >= Promised, "Epochs are entered upwards.");
        bool isHigher = epoch > Promised;
        if (isHigher && !_rules.MayEnter(epoch, Promised, IsUpToDate)) return false;
        if (isHigher || (_log.LeaderId.IsZero && !leaderId.IsZero)) Record(new Entered(epoch, leaderId), effects);
        if (isHigher) Entered(now);
        if (epoch > _proven)
        {
            _proven = epoch;
            effects.Add(new EpochProven(epoch));
        }
        return true;
    }

    private void Entered(Moment now)
    {
        _pending.Clear();
        _executing = default;
        NoteWaitingEpoch(now);
    }

    /// <summary>Tells the own shard actor when complaints have opened an epoch that it leads.</summary>
    private void OfferToLead(List<Effect> effects)
    {
        if (Mode != ReplicaMode.Voting) return;
        Epoch epoch = WaitingEpoch;
        if (epoch <= Promised || epoch <= _mayLeadSeen || epoch.LeaderAmong(_members) != _self) return;
        Complaint[] evidence = epoch == FirstEpoch(Config) ? [] : ComplaintsOf(epoch with { Counter = epoch.Counter - 1 });
        if (evidence.Length == 0 && epoch != FirstEpoch(Config)) return;
        _mayLeadSeen = epoch;
        effects.Add(new MayLead(epoch, evidence));
    }

    private bool IsUpToDate => _log.Lock is null || _log.Lock.Height <= Tip.Height;

    private Epoch _proven = new(0, -1);
}
