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
/// One member's node: the shell around the two machines, as README of HealthLedger.Consensus asks it to be, over a disk and a network that fail.
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

    internal Node(SimWorld world, int id, int member)
    {
        (_world, Id, Member) = (world, id, member);
        Disk = new Disk(Epoch.First(1, world.Plan.Shard, world.Plan.Members));
        Chain = [world.Genesis];
        Offset = 1_000 * id;
    }

    /// <summary>The node's number; equal to the member's but for a twin.</summary>
    public int Id { get; }

    /// <summary>The member it belongs to.</summary>
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
        var settings = new ReplicaSettings(_world.Plan.Shard, _world.Genesis.Info, new Membership(_world.Plan.Members, Member), _world.Keys, _world.NextId());
        Replica = new ReplicaMachine(settings, log, Chain[^1].Info, _world.Rules);
        _world.Trace?.Add(this, log is null ? "starts without a vote log" : $"starts: {Describe(log)}");
        List<Effect> effects = Rent();
        Replica.Start(Now, effects);
        // The store may have kept a commit whose record in the vote log was lost.
        if (_certificates[^1] is { } certificate) Replica.Step(new DecideCall(certificate) { From = Member }, Now, effects);
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
        _world.Send(this, _world.Random.Next(_world.Plan.Members), new StatusCall(_world.NextId()) { From = Member });
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
        int leader = Replica.Leader;
        if (leader != Member) _world.Send(this, leader, new SimForward(statements) { From = Member });
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
        for (int member = 0; member < _world.Plan.Members; member++)
        {
            if (member != Member) _world.Send(this, member, new SimForward(due) { From = Member });
        }
    }

    private WaitingSince NewWaiting()
    {
        if (Watch == 0) return Idle;
        long oldest = long.MaxValue;
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

/// <summary>All configurations have the same members here.</summary>
internal sealed class Membership(int members, int self) : IMembership
{
    public int Count(int config) => config > 0 ? members : 0;

    public int Self(int config) => self;
}
