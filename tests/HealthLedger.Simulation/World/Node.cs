using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;

namespace HealthLedger.Simulation.World;

/// <summary>
/// One node, of a member or of one who will be, or was: the shell around the two machines, as README of HealthLedger.Consensus asks it to be, over a disk and a network that fail.
/// A twin is a second node of the same member.
/// </summary>
public sealed partial class Node
{
    private readonly SimWorld _world;
    private readonly Queue<Effect> _outbox = new();
    private readonly Stack<List<Effect>> _lists = new();
    private readonly long[] _since = new long[64], _shareAt = new long[64];
    private readonly List<Certificate?> _certificates = [null];
    private bool _flushPlanned;
    private long _knownSince;
    private (int Config, int Leader) _leaderSeen;

    internal Node(SimWorld world, int id, int member)
    {
        (_world, Id, Member) = (world, id, member);
        Disk = new Disk(Epoch.First(1, world.Plan.Shard, world.Plan.Members));
        Chain = [world.Genesis];
        Offset = 1_000 * id;
        // Replaced before it ever was a member.
        IsOff = !world.Configurations.IsEverSeated(member);
    }

    /// <summary>The node's number; equal to the member's but for a twin.</summary>
    public int Id { get; }

    /// <summary>The member it belongs to, by the number of its first node; its index in a configuration is <see cref="Seat"/>.</summary>
    public int Member { get; }

    /// <summary>Its bit in a block's sets.</summary>
    public uint Bit => 1u << Id;

    /// <summary>The replica; null while the node is down.</summary>
    public ReplicaMachine? Replica { get; private set; }

    /// <summary>The activations of its shard actor that lead, or try to.</summary>
    public List<LeaderMachine> Leaders { get; } = [];

    /// <summary>The vote log.</summary>
    public Disk Disk { get; private set; }

    /// <summary>The store: committed blocks from the genesis up.</summary>
    public List<SimBlock> Chain { get; }

    /// <summary>Counts starts; local events of an earlier life are void.</summary>
    public int Life { get; private set; }

    /// <summary>Its wall clock minus the true time, milliseconds.</summary>
    public long Skew { get; set; }

    /// <summary>Its elapsed clock minus the simulation's.</summary>
    public long Offset { get; set; }

    /// <summary>Not scheduled until then, without knowing.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Effects until it crashes between two of them; negative for never.</summary>
    public int CrashAfter { get; set; } = -1;

    /// <summary>The directory height it has committed.</summary>
    public long DirectoryHeight { get; set; }

    /// <summary>The newest configuration that it knows. Never forgotten.</summary>
    public int Known { get; private set; } = 1;

    /// <summary>It has left and was switched off for good, or never came.</summary>
    public bool IsOff { get; private set; }

    /// <summary>Statements whose bytes are here.</summary>
    public ulong Pool { get; private set; }

    /// <summary>Statements given to this member that it waits for.</summary>
    public ulong Watch { get; private set; }

    /// <summary>The committed statements, as this store has them.</summary>
    public ulong CommittedStatements => Chain[^1].Chain;

    /// <summary>This node's time.</summary>
    public Moment Now => new(_world.Now + Offset, SimWorld.WallStart + _world.Now + Skew);

    /// <summary>Starts from what is on disk.</summary>
    public void Start()
    {
        Life++;
        VoteLog? log = Disk.Read();
        if (log is not null && _world.Random.Chance(200)) log = Compacted(log);
        if (log is null && _world.ForgetsLoss) log = new VoteLog(Epoch.First(1, _world.Plan.Shard, _world.Plan.Members));
        _knownSince = Now.Elapsed;
        _leaderSeen = default;
        if (Known < _world.Decided) LearnIn(_world.Random.Next(1, 300), _world.Decided);
        ReplicaSettings settings = NewSettings();
        Replica = new ReplicaMachine(settings, log, Chain[^1].Info, _world.Rules);
        _world.Trace?.Add(this, log is null ? "starts without a vote log" : $"starts: {Describe(log)}");
        List<Effect> effects = Rent();
        Replica.Start(Now, effects);
        // The store may have kept a commit whose record in the vote log was lost.
        if (_certificates[^1] is { } certificate) Replica.Step(new DecideCall(certificate) { Config = certificate.Epoch.Config, From = -1 }, Now, effects);
        Do(effects);
        _world.Queue.Add(_world.Now + _world.Random.Next(1, 100), new SimEvent(EventKind.Tick, Id, Life, null));
    }

    /// <summary>Stops between two effects. What was not flushed is lost, or partly not.</summary>
    public void Crash()
    {
        if (Replica is null) return;
        _world.Trace?.Add(this, "crashes");
        Disk.Crash(_world.Random.Chance(300) ? _world.Random.Next(0, 3) : 0, MarkDurable);
        Replica = null;
        Life++;
        Leaders.Clear();
        _outbox.Clear();
        _flushPlanned = false;
        CrashAfter = -1;
        (Watch, Pool) = (0, 0);
        foreach (SimBlock block in _world.Blocks.Values)
        {
            if (block.Info.Height == 0) continue;
            if ((block.Durable & Bit) == 0) block.Held &= ~Bit;
            block.Executed &= ~Bit;
        }
        foreach (SimBlock block in Chain) block.Executed |= Bit;
    }

    /// <summary>Truncates the store; the vote log stays. With <paramref name="forGood"/> the blocks' bytes are gone too and come from peers.</summary>
    public void LoseStore(int kept, bool forGood)
    {
        for (int i = Chain.Count - 1; i >= Math.Max(1, kept); i--)
        {
            if (forGood) (Chain[i].Held, Chain[i].Durable) = (Chain[i].Held & ~Bit, Chain[i].Durable & ~Bit);
            Chain[i].Executed &= ~Bit;
            Chain.RemoveAt(i);
            _certificates.RemoveAt(i);
        }
    }

    /// <summary>The timer.</summary>
    public void Tick()
    {
        if (Replica is null) return;
        _world.Queue.Add(_world.Now + 100, new SimEvent(EventKind.Tick, Id, Life, null));
        ShareOld();
        StepReplica(NewWaiting());
        StepReplica(TickMessage);
        for (int i = 0; i < Leaders.Count; i++) StepLeader(Leaders[i], TickMessage);
        TryBuild();
        if (Replica is null || !_world.Random.Chance(100)) return;
        // The shell asks somebody where it stands about once a second, so that a quiet shard catches up too.
        AskSomebody();
        if (Replica is { MayRetire: true } && Watch == 0 && !_world.WillSit(this) && _world.Random.Chance(100)) SwitchOff();
    }

    /// <summary>Its index in a configuration that it knows; -1 when it has none.</summary>
    public int Seat(int config) => config <= Known ? _world.Configurations.SeatOf(Member, config) : -1;

    /// <summary>The newest configuration that it knows and is in; 0 when there is none.</summary>
    public int SeatedIn
    {
        get
        {
            for (int config = Known; config > 0; config--)
            {
                if (Seat(config) >= 0) return config;
            }
            return 0;
        }
    }

    /// <summary>Hears of the configurations up to one.</summary>
    public void Learn(int config)
    {
        if (Replica is null || config <= Known) return;
        _world.Trace?.Add(this, $"knows configuration {config}");
        (Known, _knownSince) = (config, Now.Elapsed);
        StepReplica(NewWaiting());
        TryBuild();
    }

    /// <summary>Asks others for the configurations: somebody used one that is not known here.</summary>
    private void AskForConfigurations()
    {
        Node? knowing = _world.Nodes.Find(peer => peer.Replica is not null && peer.Known > Known && _world.IsConnected(Id, peer.Id) && _world.IsConnected(peer.Id, Id));
        if (knowing is null) return;
        _world.Trace?.Add(this, "asks for the configurations");
        LearnIn(_world.Random.Next(5, 60), knowing.Known);
    }

    private void LearnIn(int milliseconds, int config) => _world.Queue.Add(_world.Now + milliseconds, new SimEvent(EventKind.Learn, Id, -1, config));

    private void AskSomebody()
    {
        int own = SeatedIn;
        if (Replica is null || own == 0) return;
        int config = _world.Random.Next(Replica.Config, Math.Max(Known, Replica.Config) + 1);
        int member = _world.Random.Next(_world.Configurations.Count(config));
        _world.Send(this, config, member, new StatusCall(_world.NextId()) { Config = own, From = Seat(own) });
    }

    private void SwitchOff()
    {
        _world.Trace?.Add(this, "retires");
        Crash();
        IsOff = true;
    }

    private ReplicaSettings NewSettings() =>
        new(_world.Plan.Shard, _world.Genesis.Info, new Membership(_world.Configurations, this), _world.Keys, _world.NextId());

    /// <summary>A compacted file is the same log.</summary>
    private VoteLog Compacted(VoteLog log)
    {
        VoteRecord[] records = [.. log.Snapshot(block => _world.Blocks[block.Hash].Info)];
        Disk.Compact(records);
        var copy = new VoteLog(Epoch.First(1, _world.Plan.Shard, _world.Plan.Members));
        foreach (VoteRecord record in records) copy.Apply(record);
        bool isSame = copy.Promised == log.Promised && copy.LeaderId == log.LeaderId && copy.VotedHeight == log.VotedHeight && copy.LastAccepted == log.LastAccepted
            && ReferenceEquals(copy.Lock, log.Lock) && ReferenceEquals(copy.Committed, log.Committed) && copy.CosignedSize == log.CosignedSize;
        return isSame ? copy : throw new Violation("A compacted vote log that is not the same log.");
    }

    /// <summary>Takes a statement from a client or another member.</summary>
    public void Take(ulong statements, bool isForwarded)
    {
        if (Replica is null) return;
        statements &= ~CommittedStatements;
        ulong fresh = statements & ~Watch;
        Pool |= statements;
        Watch |= fresh;
        for (ulong rest = fresh; rest != 0; rest &= rest - 1)
        {
            int i = System.Numerics.BitOperations.TrailingZeroCount(rest);
            (_since[i], _shareAt[i]) = (Now.Elapsed, Now.Elapsed + ConsensusTimes.ShareMilliseconds);
        }
        if (fresh == 0) return;
        StepReplica(NewWaiting());
        if (!isForwarded) Forward(fresh);
        TryBuild();
    }

    private static readonly Tick TickMessage = new();

    private void Forward(ulong statements)
    {
        if (statements == 0 || Replica is null) return;
        if (Replica.Leader != Seat(Replica.Config)) _world.Send(this, Replica.Config, Replica.Leader, new SimForward(statements));
    }

    private void ShareOld()
    {
        ulong due = 0;
        for (ulong rest = Watch; rest != 0; rest &= rest - 1)
        {
            int i = System.Numerics.BitOperations.TrailingZeroCount(rest);
            if (Now.Elapsed < _shareAt[i]) continue;
            due |= 1UL << i;
            _shareAt[i] = Now.Elapsed + Math.Clamp(Now.Elapsed - _since[i], ConsensusTimes.ShareMilliseconds, ConsensusTimes.ComplainMillisecondsMax);
        }
        if (due == 0) return;
        if (Replica is null) return;
        for (int member = 0; member < _world.Configurations.Count(Replica.Config); member++)
        {
            if (member != Seat(Replica.Config)) _world.Send(this, Replica.Config, member, new SimForward(due));
        }
    }

    private WaitingSince NewWaiting()
    {
        bool isSignDue = Replica is not null && Known > Replica.Config && _world.SignsWait;
        if (Watch == 0 && !isSignDue) return Idle;
        long oldest = isSignDue ? _knownSince : long.MaxValue;
        for (ulong rest = Watch; rest != 0; rest &= rest - 1) oldest = Math.Min(oldest, _since[System.Numerics.BitOperations.TrailingZeroCount(rest)]);
        return new WaitingSince(oldest);
    }

    private static readonly WaitingSince Idle = new((long?)null);

    private static string Describe(VoteLog log) =>
        $"epoch {log.Promised}, lock {log.Lock?.ToString() ?? "none"}, committed {log.Committed?.ToString() ?? "none"}";

    private List<Effect> Rent() => _lists.TryPop(out List<Effect>? list) ? list : new List<Effect>(16);
}

/// <summary>Statements on their way to the leader or to all.</summary>
public sealed record SimForward(ulong Statements) : Message;
