using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <content>Rule 1: complaints.</content>
public sealed partial class ReplicaMachine
{
    private Complaint?[] _complaints = [];
    private Epoch _ownComplaint, _waitingSeen;
    private long _enteredAt, _committedAt, _complainedAt = long.MinValue / 2;
    private long[] _answeredAt = [];
    private readonly long[] _answeredOlderAt = Never(Quorum.MembersMax);
    private long? _oldestWaiting, _workSince;

    /// <summary>
    /// The epoch this replica is in, or the one after the epoch that q members complain of: a leader that never collects promises is complained
    /// of too. Only the timer uses it; it fences nothing.
    /// </summary>
    private Epoch WaitingEpoch
    {
        get
        {
            Epoch first = FirstEpoch(Config);
            Epoch epoch = Promised.Config == Config && Promised > first ? Promised : first;
            Epoch open = ComplainedBy(_quorum).Next;
            return open > epoch ? open : epoch;
        }
    }

    /// <summary>Above a stop sign the first block of the new configuration is waited for, so that the old members may retire (rule 10).</summary>
    private bool HasWork => _oldestWaiting is not null || HasUncommitted || (Tip.IsStop && _rules.WaitsForFirstBlock);

    /// <summary>A newer configuration has committed; there is nothing left to decide in this one.</summary>
    private bool IsLagging => Promised.Config > Config;

    /// <summary>
    /// A block accepted in this epoch, or locked, is not committed. A lock below the newest commit certificate is not waited for: it can
    /// never be a base again.
    /// </summary>
    private bool HasUncommitted =>
        (_log.LastAccepted is { } last && last.Height > Tip.Height)
        || (_log.Lock is { } held && held.Height > Tip.Height && Certificate.Compare(held, _log.Committed) > 0);

    private long ComplainAfter
    {
        get
        {
            Epoch waiting = WaitingEpoch;
            long since = _log.Committed is { } newest && newest.Epoch.Config == Config ? newest.Epoch.Counter : FirstEpoch(Config).Counter;
            long epochs = Math.Clamp(waiting.Counter - since, 0, 4);
            return Math.Min(ConsensusTimes.ComplainMillisecondsMax, ConsensusTimes.ComplainMilliseconds << (int)epochs);
        }
    }

    private void OnWaiting(long? since, Moment now)
    {
        Invariant.Require(since is null || since <= now.Elapsed, "Nothing waits from the future.");
        _oldestWaiting = since;
    }

    private void OnTick(Moment now, List<Effect> effects)
    {
        if (Mode == ReplicaMode.Recovering)
        {
            if (now.Elapsed - _statusAskedAt >= ConsensusTimes.AskAgainMilliseconds) AskStatuses(now, effects);
        }
        AskAgain(now, effects);
        if (Mode != ReplicaMode.Voting || IsLagging) return;
        NoteWaitingEpoch(now);
        _workSince = HasWork ? _workSince ?? Math.Min(now.Elapsed, _oldestWaiting ?? now.Elapsed) : null;
        if (IsOverdue(now)) RaiseComplaint(WaitingEpoch);
        if (_ownComplaint >= WaitingEpoch && now.Elapsed - _complainedAt >= ConsensusTimes.RepeatMilliseconds
            && (HasWork || OthersComplain || GivesUpItsOwn))
        {
            SendComplaint(now, effects);
        }
        OfferToLead(effects);
    }

    private bool IsOverdue(Moment now)
    {
        if (_workSince is not { } workSince) return false;
        long after = ComplainAfter;
        // All join a leader's complaint of its own epoch at once: the replica of one that is merely busy lets the others complain first.
        bool isOwn = WaitingEpoch.LeaderAmong(_members) == _self;
        if (isOwn) after *= 2;
        if (now.Elapsed - Math.Max(workSince, Math.Max(_committedAt, _enteredAt)) >= after) return true;
        return !isOwn && _oldestWaiting is { } waiting
            && now.Elapsed - Math.Max(waiting, _enteredAt) >= Math.Max(ConsensusTimes.CensorMilliseconds, after);
    }

    /// <summary>f + 1 members, so at least one that does not lie, complain of the epoch waited for.</summary>
    private bool OthersComplain => ComplainedBy(Quorum.Faults(_members) + 1) >= WaitingEpoch;

    /// <summary>It complains of an epoch that it would lead itself: it restarted. Who starts at the same time may not have heard it.</summary>
    private bool GivesUpItsOwn => _ownComplaint == WaitingEpoch && _ownComplaint.LeaderAmong(_members) == _self;

    private void RaiseComplaint(Epoch epoch)
    {
        if (epoch <= _ownComplaint) return;
        _ownComplaint = epoch;
        _complainedAt = long.MinValue / 2;
    }

    private void OnLeaderLost(Epoch epoch, Moment now, List<Effect> effects)
    {
        if (Mode != ReplicaMode.Voting || epoch.Config != Config || epoch < Promised) return;
        RaiseComplaint(epoch);
        SendComplaint(now, effects);
    }

    private void SendComplaint(Moment now, List<Effect> effects)
    {
        Invariant.Require(_self >= 0 && _ownComplaint.Config == Config, "Members complain of epochs of their configuration.");
        _complainedAt = now.Elapsed;
        var complaint = new Complaint(_settings.Shard, _ownComplaint, _self, []);
        effects.Add(new Broadcast(new ComplainCall(complaint) { Config = Config, From = _self }));
    }

    private void OnComplain(ComplainCall call, Moment now, List<Effect> effects)
    {
        Complaint complaint = call.Complaint;
        if (!_check.IsValid(complaint)) return;
        if (complaint.Epoch.Config > Config)
        {
            AskForNews(complaint.Epoch.Config, complaint.Member, now, effects);
            return;
        }
        AnswerWithNews(complaint.Epoch.Config, complaint.Member, now, effects);
        if (complaint.Epoch.Config == Config) TakeComplaint(complaint, now, effects);
        if (Mode == ReplicaMode.Voting) OfferToLead(effects);
    }

    /// <summary>Who complains may only have missed the news. Not more often than honest members repeat themselves.</summary>
    private void AnswerWithNews(int config, int member, Moment now, List<Effect> effects)
    {
        int self = _settings.Membership.Self(config);
        if (_log.Committed is not { } newest || member == self) return;
        ref long answeredAt = ref config == Config ? ref _answeredAt[member] : ref _answeredOlderAt[member];
        if (now.Elapsed - answeredAt < ConsensusTimes.RepeatMilliseconds / 2) return;
        answeredAt = now.Elapsed;
        effects.Add(new Send(member, new DecideCall(newest) { Config = config, From = self }));
    }

    /// <summary>Keeps a verified complaint if it is higher than its member's last one.</summary>
    private void TakeComplaint(Complaint complaint, Moment now, List<Effect> effects)
    {
        ref Complaint? slot = ref _complaints[complaint.Member];
        if (slot is not null && slot.Epoch >= complaint.Epoch) return;
        slot = complaint;
        NoteWaitingEpoch(now);
        JoinComplaints(now, effects);
    }

    /// <summary>
    /// Joins when f + 1 complain, or who leads the epoch waited for itself: as with a hand-over its own word is enough, and nobody else's epoch can be
    /// ended so.
    /// </summary>
    private void JoinComplaints(Moment now, List<Effect> effects)
    {
        if (Mode != ReplicaMode.Voting) return;
        Epoch waiting = WaitingEpoch, joined = ComplainedBy(Quorum.Faults(_members) + 1);
        if (joined < waiting && _complaints[waiting.LeaderAmong(_members)]?.Epoch >= waiting) joined = waiting;
        if (joined <= _ownComplaint || joined < Promised) return;
        RaiseComplaint(joined);
        SendComplaint(now, effects);
    }

    /// <summary>The highest epoch that at least <paramref name="count"/> members complain of; counter -1 when there is none.</summary>
    private Epoch ComplainedBy(int count)
    {
        Span<long> counters = stackalloc long[Quorum.MembersMax];
        int known = 0;
        foreach (Complaint? complaint in _complaints)
        {
            if (complaint is not null) counters[known++] = complaint.Epoch.Counter;
        }
        if (known < count) return new Epoch(Config, -1);
        counters = counters[..known];
        counters.Sort();
        return new Epoch(Config, counters[known - count]);
    }

    private Complaint[] ComplaintsOf(Epoch epoch)
    {
        var found = new List<Complaint>(_quorum);
        foreach (Complaint? complaint in _complaints)
        {
            if (complaint is not null && complaint.Epoch >= epoch && found.Count < _quorum) found.Add(complaint);
        }
        return found.Count == _quorum ? [.. found] : [];
    }

    private static long[] Never(int members)
    {
        var times = new long[members];
        Array.Fill(times, long.MinValue / 2);
        return times;
    }

    private void NoteWaitingEpoch(Moment now)
    {
        Epoch waiting = WaitingEpoch;
        if (waiting == _waitingSeen) return;
        _waitingSeen = waiting;
        _enteredAt = now.Elapsed;
    }
}
