using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <summary>
/// One shard of one member: promises, votes, locks, commits, complaints (PROTOCOL section 4). Deterministic and free of I/O, clock, randomness
/// and tasks: <see cref="Step"/> takes a message and the time and appends effects. One caller at a time.
/// </summary>
public sealed partial class ReplicaMachine
{
    private readonly ReplicaSettings _settings;
    private readonly SafetyRules _rules;
    private readonly CertificateCheck _check;
    private readonly VoteLog _log;
    private readonly BlockTree _tree;

    /// <summary>
    /// Builds the machine from what was durable: <paramref name="log"/> is the fold of the vote log's records (null when both files are
    /// lost), <paramref name="tip"/> the block the store has executed and committed. Call <see cref="Start"/> next.
    /// </summary>
    public ReplicaMachine(ReplicaSettings settings, VoteLog? log, BlockInfo tip)
        : this(settings, log, tip, SafetyRules.Standard)
    {
    }

    internal ReplicaMachine(ReplicaSettings settings, VoteLog? log, BlockInfo tip, SafetyRules rules)
    {
        Invariant.Require(tip.Shard == settings.Shard && settings.Genesis.Height == 0, "The store's tip is a block of this shard.");
        int members = settings.Membership.Count(tip.ChildConfig);
        Invariant.Require(members is > 0 and <= Quorum.MembersMax, "The tip's configuration is known.");
        _settings = settings;
        _rules = rules;
        _check = new CertificateCheck(settings, rules);
        _tree = new BlockTree(tip);
        _log = log ?? new VoteLog(FirstEpoch(settings.Genesis.Config));
        _isMute = log is null;
        Mode = ReplicaMode.Recovering;
        EnterConfiguration();
    }

    /// <summary>Whether it votes.</summary>
    public ReplicaMode Mode { get; private set; }

    /// <summary>The epoch it has promised or entered; a counter below the shard's first one means none.</summary>
    public Epoch Promised => _log.Promised;

    /// <summary>The executed and committed block.</summary>
    public BlockInfo Tip => _tree.Tip;

    /// <summary>The newest commit certificate; its block may still be on its way.</summary>
    public Certificate? Committed => _log.Committed;

    /// <summary>The lock.</summary>
    public Certificate? Lock => _log.Lock;

    /// <summary>What is (to be) durable, for compaction of the vote log.</summary>
    public VoteLog Log => _log;

    /// <summary>The configuration that votes on the next block.</summary>
    public int Config { get; private set; }

    /// <summary>The member that leads the highest epoch entered, or waited for: where statements are forwarded. An index in <see cref="Config"/>.</summary>
    public int Leader => WaitingEpoch.LeaderAmong(_members);

    /// <summary>
    /// Rule 10: this replica is not a member of <see cref="Config"/>, whose members have committed a block. As far as this shard goes, a node
    /// that is in no newer configuration either may be switched off.
    /// </summary>
    public bool MayRetire => _self < 0 && Config > _settings.Genesis.Config && Tip.Config == Config;

    private int _members, _quorum, _self;
    private bool _isMute;
    private long _signHeight = long.MaxValue;

    private Epoch FirstEpoch(int config) => Epoch.First(config, _settings.Shard, Math.Max(1, _settings.Membership.Count(config)));

    /// <summary>Begins: asks the others what they hold (rule 9), or leads at once where one member is the whole network.</summary>
    public void Start(Moment now, List<Effect> effects)
    {
        Invariant.Require(!_started, "A machine starts once.");
        _started = true;
        _enteredAt = _committedAt = now.Elapsed;
        _waitingSeen = WaitingEpoch;
        HoldOwnCertificates();
        if (_log.Committed is { } committed) TryCommit(committed, now, effects);
        if (Mode == ReplicaMode.Recovering && _shown == 0) AskStatuses(now, effects);
    }

    /// <summary>Takes one step. Anything a peer can send is answered or ignored, never thrown at.</summary>
    /// <exception cref="InvariantViolation">A bug: this replica must stop.</exception>
    public void Step(Message message, Moment now, List<Effect> effects)
    {
        Invariant.Require(_started, "A machine is started before its first step.");
        switch (message)
        {
            case ProposeCall propose: OnPropose(propose, now, effects); break;
            case LockCall call: OnLock(call, now, effects); break;
            case DecideCall decide: LearnCommit(decide.Committed, now, effects); break;
            case Executed executed: OnExecuted(executed, now, effects); break;
            case Tick: OnTick(now, effects); break;
            case ComplainCall complain: OnComplain(complain, now, effects); break;
            case NewEpochCall call: OnNewEpoch(call, now, effects); break;
            case StatusCall call: OnStatusCall(call, effects); break;
            case StatusAnswer answer: OnStatusAnswer(answer.Status, now, effects); break;
            case PromiseAnswer answer: HoldIfValid(answer.Promise); break;
            case VoteAnswer answer: HoldIfValid(answer.Vote); break;
            case WaitingSince waiting: OnWaiting(waiting.Since, now); break;
            case DirectoryChanged changed: _directory.Add(changed.Height, now.Elapsed); break;
            case LeaderLost lost: OnLeaderLost(lost.Epoch, now, effects); break;
            default: break;
        }
        Invariant.Require(_log.LeaderId.IsZero || _log.Promised.Counter >= 0, "A leader id belongs to an epoch.");
    }

    private void Record(VoteRecord record, List<Effect> effects)
    {
        _log.Apply(record);
        if (_rules.MustPersist(record)) effects.Add(new Persist(record));
    }

    private void SendNack(Message call, NackReason reason, List<Effect> effects, long? needFrom = null)
    {
        Invariant.Require((reason == NackReason.Behind) == needFrom.HasValue, "Only who is behind says from where.");
        int self = _settings.Membership.Self(call.Config);
        if (self < 0) return;
        var nack = new Nack(_settings.Shard, PromisedIn(call.Config), reason, self, needFrom, []);
        effects.Add(new Send(call.From, new NackAnswer(nack) { Config = call.Config, From = self }));
    }

    /// <summary>The promised epoch as members of another configuration are told of it: none of theirs.</summary>
    private Epoch PromisedIn(int config) => Promised.Config == config ? Promised : new Epoch(config, -1);

    /// <summary>Takes the members of the configuration above the tip; complaints of the one before, and what they showed, are over.</summary>
    private void EnterConfiguration()
    {
        Config = Tip.ChildConfig;
        _members = _settings.Membership.Count(Config);
        Invariant.Require(_members is > 0 and <= Quorum.MembersMax, "A stop sign is executed only where its configuration is known.");
        _quorum = _rules.QuorumIn(_settings.Membership, Config);
        _self = _settings.Membership.Self(Config);
        if (Tip.IsStop) _signHeight = Tip.Height;
        // Who joins asks first what is held of its own (rule 9): it may have been here before. Who stays goes on.
        if (_isMute || _self < 0) Mode = ReplicaMode.Following;
        else if (Mode == ReplicaMode.Following) Mode = ReplicaMode.Recovering;
        _shown = 0;
        _complaints = new Complaint?[_members];
        _answeredAt = Never(_members);
        _held = new Held[_members];
        _ownComplaint = FirstEpoch(Config) with { Counter = -1 };
        _mayLeadSeen = _ownComplaint;
    }

    private bool _started;
}
