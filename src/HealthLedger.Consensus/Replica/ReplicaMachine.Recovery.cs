using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <content>Rule 9: a replica that starts asks what the others hold of its own, and holds what it may have to show them.</content>
public sealed partial class ReplicaMachine
{
    private Held[] _held = [];
    private ulong _shown;
    private long _statusAskedAt = long.MinValue / 2;

    /// <summary>The highest vote or Promise of one member that is held here: an index into a certificate, a vote, or a promise.</summary>
    private readonly record struct Held(Epoch Epoch, long Height, Certificate? Certificate, int Index, SignedVote? Vote, Promise? Promise)
    {
        public bool IsBelow(Epoch epoch, long height) =>
            (Certificate is null && Vote is null && Promise is null) || Epoch < epoch || (Epoch == epoch && Height < height);
    }

    private void AskStatuses(Moment now, List<Effect> effects)
    {
        _statusAskedAt = now.Elapsed;
        _shown |= 1UL << _self;
        if (TryFinishRecovery(now, effects)) return;
        effects.Add(new Broadcast(new StatusCall(_settings.Nonce) { Config = Config, From = _self }));
    }

    private void OnStatusCall(StatusCall call, List<Effect> effects)
    {
        if (call.From < 0 || call.From >= _settings.Membership.Count(call.Config)) return;
        int self = _settings.Membership.Self(call.Config);
        if (self < 0)
        {
            // Not a member there, or not any more: its word would not count, but a certificate speaks for itself.
            if (_log.Committed is { } newest) effects.Add(new Send(call.From, new DecideCall(newest) { Config = call.Config, From = self }));
            return;
        }
        // Of votes in other configurations nothing is kept: who asks about an older one is shown a commit that ends it.
        Held held = call.Config == Config ? _held[call.From] : default;
        SignedVote? vote = held.Vote ?? (held.Certificate is { } certificate ? new SignedVote(certificate.Vote, certificate.Proofs[held.Index]) : null);
        var status = new Status(_settings.Shard, PromisedIn(call.Config), call.Nonce, self, Tip.Height, _log.Committed, held.Promise, vote, []);
        effects.Add(new Send(call.From, new StatusAnswer(status) { Config = call.Config, From = self }));
    }

    private void OnStatusAnswer(Status status, Moment now, List<Effect> effects)
    {
        if (status.Shard != _settings.Shard) return;
        if (status.Committed is { } committed)
        {
            LearnCommit(committed, now, effects);
            // It knows of commits that cannot be judged here yet; what it shows may be about a configuration that has ended.
            if (Certificate.Compare(committed, _log.Committed) > 0) return;
        }
        if (Mode != ReplicaMode.Recovering || status.Nonce != _settings.Nonce || status.Promised.Config != Config) return;
        if (status.Member < 0 || status.Member >= _members || !_settings.Verifier.Verify(status)) return;
        if (Exceeds(status))
        {
            _isMute = true;
            Mode = ReplicaMode.Following;
            effects.Add(new ModeChanged(Mode));
            return;
        }
        _shown |= 1UL << status.Member;
        TryFinishRecovery(now, effects);
    }

    /// <summary>
    /// The answer shows something this replica signed that its own log does not know: the log is an old copy. Only what is of this configuration:
    /// in another one the same index may be somebody else's.
    /// </summary>
    private bool Exceeds(Status status)
    {
        if (status.ShownPromise is { } promise && promise.Epoch.Config == Config && promise.Member == _self && promise.Epoch > Promised && _check.IsValid(promise)) return true;
        if (status.ShownVote is not { } shown || shown.Proof.Member != _self) return false;
        Vote vote = shown.Vote;
        if (vote.Shard != _settings.Shard || vote.Epoch.Config != Config || !_settings.Verifier.Verify(in vote, shown.Proof)) return false;
        if (vote.Epoch != Promised) return vote.Epoch > Promised;
        if (vote.Kind == VoteKind.Prepare) return vote.Height > _log.VotedHeight;
        return _log.Lock is null || _log.Lock.Epoch < vote.Epoch || (_log.Lock.Epoch == vote.Epoch && _log.Lock.Height < vote.Height);
    }

    private bool TryFinishRecovery(Moment now, List<Effect> effects)
    {
        Invariant.Require(Mode == ReplicaMode.Recovering, "Recovery ends once.");
        if (_rules.AsksBeforeVoting && System.Numerics.BitOperations.PopCount(_shown) < _quorum) return false;
        // Before it votes it is where the newest configuration it has heard of begins, and has asked the members there.
        if (_log.Committed is { } newest && newest.Epoch.Config > Config) return false;
        Mode = ReplicaMode.Voting;
        _enteredAt = now.Elapsed;
        effects.Add(new ModeChanged(Mode));
        if (Promised.Config == Config && Promised >= FirstEpoch(Config) && Promised.LeaderAmong(_members) == _self) OnLeaderLost(Promised, now, effects);
        JoinComplaints(now, effects);
        OfferToLead(effects);
        return true;
    }

    private void HoldOwnCertificates()
    {
        if (_log.Lock is { } held) HoldAll(held);
        if (_log.Committed is { } committed) HoldAll(committed);
    }

    private void HoldAll(Certificate certificate)
    {
        if (certificate.Epoch.Config != Config) return;
        for (int i = 0; i < certificate.Proofs.Length; i++)
        {
            ref Held held = ref _held[certificate.Proofs[i].Member];
            if (held.IsBelow(certificate.Epoch, certificate.Height)) held = new Held(certificate.Epoch, certificate.Height, certificate, i, null, null);
        }
    }

    private void HoldAll(Promise[] promises)
    {
        foreach (Promise promise in promises) Hold(promise);
    }

    private void Hold(Promise promise)
    {
        if (promise.Epoch.Config != Config) return;
        ref Held held = ref _held[promise.Member];
        if (held.IsBelow(promise.Epoch, -1)) held = new Held(promise.Epoch, -1, null, 0, null, promise);
    }

    private void HoldIfValid(Promise promise)
    {
        if (promise.Epoch.Config == Config && _check.IsValid(promise)) Hold(promise);
    }

    private void HoldIfValid(SignedVote signed)
    {
        Vote vote = signed.Vote;
        int member = signed.Proof.Member;
        if (vote.Epoch.Config != Config || vote.Shard != _settings.Shard || member < 0 || member >= _members) return;
        if (!_held[member].IsBelow(vote.Epoch, vote.Height) || !_settings.Verifier.Verify(in vote, signed.Proof)) return;
        _held[member] = new Held(vote.Epoch, vote.Height, null, 0, signed, null);
    }
}
