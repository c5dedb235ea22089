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
        if (Mode != ReplicaMode.Voting) return;
        if (call.Epoch.Config > Config)
        {
            SendNack(call.From, NackReason.Behind, effects, Tip.Height + 1);
            return;
        }
        if (call.Epoch.Counter < 0 || call.LeaderId.IsZero || (call.Epoch.Config == Config && call.From != call.Epoch.LeaderAmong(_members)))
        {
            SendNack(call.From, NackReason.NotYours, effects);
            return;
        }
        if (call.Epoch < Promised || call.Epoch.Config < Config)
        {
            SendNack(call.From, NackReason.PromisedHigher, effects);
            return;
        }
        if (call.Epoch == Promised)
        {
            if (_log.Given is { } given && given.LeaderId == call.LeaderId) SendPromise(call.From, given, effects);
            else SendNack(call.From, NackReason.OtherLeader, effects);
            return;
        }
        if (!IsOpen(call, now, effects))
        {
            SendNack(call.From, NackReason.NoComplaints, effects);
            return;
        }
        if (call.Epoch <= Promised || !_rules.MayEnter(call.Epoch, Promised, IsUpToDate)) return;
        var promise = new Promise(_settings.Shard, call.Epoch, call.LeaderId, _self, _rules.ReportedLock(_log.Lock), _log.Committed, []);
        Record(new Promised(promise), effects);
        Entered(now);
        SendPromise(call.From, promise, effects);
    }

    private void SendPromise(int to, Promise promise, List<Effect> effects)
    {
        Invariant.Require(promise.Epoch == Promised && promise.Member == _self, "Only the promise of the current epoch is given again.");
        effects.Add(new Send(to, new PromiseAnswer(promise) { From = _self, Config = Config }));
    }

    /// <summary>The first epoch of a configuration is open; a later one by q complaints of the one before, or its leader's hand-over.</summary>
    private bool IsOpen(NewEpochCall call, Moment now, List<Effect> effects)
    {
        Epoch first = FirstEpoch(Config);
        if (call.Epoch == first) return true;
        if (call.Epoch < first) return false;
        if (call.HandOver is { } handOver && _check.IsValid(handOver, call.Epoch)) return true;
        if (!_check.AreValid(call.Complaints, call.Epoch with { Counter = call.Epoch.Counter - 1 })) return false;
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
