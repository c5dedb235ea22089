using System.Runtime.InteropServices;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Simulation.Checks;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Liars;
using HealthLedger.Simulation.Mutants;

namespace HealthLedger.Simulation.World;

/// <summary>One schedule: nodes, network, clients, nemesis, liars and oracle over one queue of events and one source of chance.</summary>
public sealed partial class SimWorld
{
    /// <summary>The true time when a schedule starts, milliseconds since 1970.</summary>
    public const long WallStart = 1_750_000_000_000;

    /// <summary>After the healing, everything accepted commits within this time (milliseconds): two backed-off epochs for each liar, and wrong clocks.</summary>
    public const long LivenessMilliseconds = 120_000;

    /// <summary>And within so many events.</summary>
    public const int EventsMax = 400_000;

    private ulong _must;
    private int _nextStatement;
    private bool _isOut;
    private readonly long[] _decidedAt;

    internal SimWorld(Plan plan, Mutant? mutant = null, Trace? trace = null)
    {
        Plan = plan;
        Trace = trace;
        Random = new SimRandom(plan.Seed);
        Rules = mutant?.RulesOf(this) ?? SafetyRules.Standard;
        Configurations = new Configurations(plan);
        Keys = new SimKeys(Configurations.KeyAt, mutant?.BindsKind ?? true, mutant?.TakesFormer ?? false);
        (ForgetsLoss, SignsWait) = (mutant?.ForgetsLoss ?? false, mutant?.SignsWait ?? true);
        Genesis = SimBlock.Genesis(plan.Shard);
        Blocks.Add(Genesis.Info.Hash, Genesis);
        Faulty = plan.Liars;
        Oracle = new Oracle(this);
        for (int node = 0; node < Configurations.Nodes; node++) Nodes.Add(new Node(this, node, node));
        Brain = plan.Liars == 0 ? null : new Brain(this);
        foreach (Node node in Nodes.ToArray())
        {
            if ((plan.Liars & (1u << node.Member)) == 0) continue;
            node.Liar = new Liar(this, node, plan.Lies);
            if ((plan.Lies & Lies.Twin) != 0) Nodes.Add(new Node(this, Nodes.Count, node.Member) { Liar = null });
        }
        foreach (Node node in Nodes)
        {
            if ((plan.Liars & (1u << node.Member)) != 0) node.Liar ??= new Liar(this, node, plan.Lies);
        }
        Blocked = new bool[Nodes.Count, Nodes.Count];
        _decidedAt = [.. plan.Changes.Select(change => change.At * plan.Chaos / 1000)];
    }

    /// <summary>What it is made of.</summary>
    public Plan Plan { get; }

    /// <summary>Who the members are, and will be.</summary>
    public Configurations Configurations { get; }

    /// <summary>The newest configuration that shard 0 has decided.</summary>
    public int Decided => 1 + _decidedAt.Count(at => at <= Now);

    /// <summary>One mutant: who has lost its vote log starts like one who never had any.</summary>
    public bool ForgetsLoss { get; }

    /// <summary>A stop sign that is due is something that waits; not so in one mutant.</summary>
    public bool SignsWait { get; }

    /// <summary>The events to come.</summary>
    public EventQueue Queue { get; } = new();

    /// <summary>Chance.</summary>
    public SimRandom Random { get; }

    /// <summary>Signatures.</summary>
    public SimKeys Keys { get; }

    /// <summary>The checker.</summary>
    public Oracle Oracle { get; }

    /// <summary>What the liars know together.</summary>
    public Brain? Brain { get; }

    /// <summary>The nodes: the first members, those who join, twins.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>Every block anyone made.</summary>
    public Dictionary<Hash32, SimBlock> Blocks { get; } = [];

    /// <summary>Height 0.</summary>
    public SimBlock Genesis { get; }

    /// <summary>Nodes that lie or were restored from an old copy, as bits: with the lost ones at most f of each configuration.</summary>
    public uint Faulty { get; set; }

    /// <summary>Nodes that have lost their vote log: they never vote again, and are wrong in nothing.</summary>
    public uint Lost { get; set; }

    /// <summary>Milliseconds since the start.</summary>
    public long Now { get; private set; }

    /// <summary>Events so far.</summary>
    public int Events { get; private set; }

    /// <summary>Everything works again, but for the liars.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>When it healed.</summary>
    public long HealedAt { get; private set; }

    /// <summary>Links that are cut, from and to.</summary>
    public bool[,] Blocked { get; private set; }

    /// <summary>A readable record of what happens; null when nobody reads it.</summary>
    public Trace? Trace { get; }

    internal SafetyRules Rules { get; }

    /// <summary>Sixteen random bytes.</summary>
    public Id16 NextId()
    {
        Span<ulong> words = [Random.NextULong(), Random.NextULong()];
        return new Id16(MemoryMarshal.AsBytes(words));
    }

    /// <summary>Makes a block and remembers it.</summary>
    public SimBlock NewBlock(SimBlock parent, ulong statements, long time, long directoryHeight, bool isStop, bool isCheckpoint, bool isValid, int? config = null)
    {
        SimBlock block = SimBlock.On(parent, statements, time, directoryHeight, isStop, isCheckpoint, isValid, Random.NextULong(), config);
        Blocks.Add(block.Info.Hash, block);
        return block;
    }

    /// <summary>The node will be a member again: nobody switches it off.</summary>
    public bool WillSit(Node node)
    {
        for (int config = node.Replica!.Config; config <= Configurations.Last; config++)
        {
            if (Configurations.SeatOf(node.Member, config) >= 0) return true;
        }
        return false;
    }

    /// <summary>A message may pass from one node to another.</summary>
    public bool IsConnected(int from, int to) => !_isOut && !Blocked[from, to];

    /// <summary>Sends a message to a member of its configuration.</summary>
    public void Send(Node from, int member, Message message) => Send(from, message.Config, member, message);

    /// <summary>Sends a message to a member of some configuration; it may be lost, doubled, delayed and overtaken.</summary>
    public void Send(Node from, int config, int index, Message message)
    {
        int member = Configurations.NodeAt(config, index);
        foreach (Node to in Nodes)
        {
            if (to.Member != member) continue;
            // A member that runs twice: one of the two hears it, sometimes both.
            if (Nodes.Count > Configurations.Nodes && from != to && HasTwin(member) && Random.Chance(400)) continue;
            if (from == to)
            {
                Queue.Add(Now, new SimEvent(EventKind.Deliver, to.Id, to.Life, message));
                continue;
            }
            if (_isOut || Blocked[from.Id, to.Id]) continue;
            if (!IsHealed && Random.Chance(Plan.Drop)) continue;
            Queue.Add(Now + DelayOf(), new SimEvent(EventKind.Deliver, to.Id, -1, message));
            if (!IsHealed && Random.Chance(Plan.Double)) Queue.Add(Now + DelayOf() * 5, new SimEvent(EventKind.Deliver, to.Id, -1, message));
        }
    }

    /// <summary>A directed scenario acts in so many milliseconds.</summary>
    public void In(long milliseconds, Action act) => Queue.Add(Now + milliseconds, new SimEvent(EventKind.Script, 0, -1, act));

    /// <summary>A client hands the next statement to a node.</summary>
    public void Give(Node node)
    {
        ulong statement = 1UL << _nextStatement++;
        Trace?.Add(node, $"is given statement {_nextStatement}");
        node.Take(statement, isForwarded: false);
    }

    private bool HasTwin(int member) => (Plan.Liars & (1u << member)) != 0 && (Plan.Lies & Lies.Twin) != 0;

    private int DelayOf() => Random.Chance(20) && !IsHealed ? Random.Next(1, Plan.Delay * 20) : Random.Next(1, (IsHealed ? 12 : Plan.Delay) + 1);

    /// <summary>Runs to the end. Returns when everything accepted is committed everywhere.</summary>
    /// <exception cref="Violation">An invariant does not hold, or the end does not come.</exception>
    public void Run()
    {
        Begin();
        while (!Step())
        {
        }
    }

    internal void Begin()
    {
        foreach (Node node in Nodes)
        {
            if (Configurations.SeatOf(node.Member, 1) >= 0) node.Start();
            else if (!node.IsOff) Queue.Add(Math.Max(0, _decidedAt[FirstSeat(node) - 2] - Random.Next(0, 300)), new SimEvent(EventKind.Join, node.Id, -1, null));
        }
        for (int change = 0; change < _decidedAt.Length; change++)
        {
            foreach (Node node in Nodes)
            {
                int later = Random.Chance(100) ? Random.Next(0, 4_000) : Random.Next(0, 800);
                Queue.Add(_decidedAt[change] + later, new SimEvent(EventKind.Learn, node.Id, -1, change + 2));
            }
        }
        for (int i = 0; i < Plan.Statements; i++) Queue.Add(Random.Next((int)Plan.Chaos), new SimEvent(EventKind.Client, 0, -1, null));
        if (Plan.Nemesis > 0) Queue.Add(Random.Next(1, 2 * Plan.Nemesis), new SimEvent(EventKind.Nemesis, 0, -1, null));
        if (Brain is not null) Queue.Add(Random.Next(1, 50), new SimEvent(EventKind.Liars, 0, -1, null));
        if (Plan.Outage > 0) Queue.Add(Plan.Chaos, new SimEvent(EventKind.Outage, 0, -1, null));
        Queue.Add(Plan.Chaos + Plan.Outage, new SimEvent(EventKind.Heal, 0, -1, null));
    }

    private int FirstSeat(Node node)
    {
        int config = 2;
        while (config < Configurations.Last && Configurations.SeatOf(node.Member, config) < 0) config++;
        return config;
    }

    /// <summary>One event; true at the end.</summary>
    internal bool Step()
    {
        if (Queue.Count == 0) throw new Violation("Nothing happens any more.");
        SimEvent item = Queue.Take(out long time);
        Now = time;
        if (++Events > EventsMax) throw new Violation($"More than {EventsMax} events: messages breed. {Stuck()}");
        Happen(item);
        if (!IsHealed || (Events & 15) != 0) return false;
        if (IsDone()) return IsQuiet();
        if (Now - HealedAt > LivenessMilliseconds) throw new Violation($"Not everything is committed {LivenessMilliseconds} ms after the healing. {Stuck()}");
        return false;
    }

    private void Happen(in SimEvent item)
    {
        switch (item.Kind)
        {
            case EventKind.Client: Submit(); return;
            case EventKind.Nemesis: Act(); return;
            case EventKind.Heal: Heal(); return;
            case EventKind.Script: ((Action)item.Payload!)(); return;
            case EventKind.Outage: _isOut = true; return;
            case EventKind.Liars:
                Brain?.Act();
                Queue.Add(Now + Random.Next(5, IsHealed ? 200 : 60), new SimEvent(EventKind.Liars, 0, -1, null));
                return;
            default: break;
        }
        Node node = Nodes[item.Node];
        if (item.Life >= 0 && item.Life != node.Life) return;
        if (node.PausedUntil > Now)
        {
            Queue.Add(node.PausedUntil, item);
            return;
        }
        switch (item.Kind)
        {
            case EventKind.Deliver: node.Receive((Message)item.Payload!); break;
            case EventKind.Flush: node.Flushed(); break;
            case EventKind.ExecutionDone: node.ExecutionDone((SimBlock)item.Payload!); break;
            case EventKind.FetchDone: node.FetchDone((Fetch)item.Payload!); break;
            case EventKind.BaseDone:
                (LeaderMachine leader, FetchBase fetch) = ((LeaderMachine, FetchBase))item.Payload!;
                node.BaseDone(leader, fetch);
                break;
            case EventKind.Tick: node.Tick(); break;
            case EventKind.Learn: node.Learn((int)item.Payload!); break;
            case EventKind.Join:
                if (node.Replica is null) node.Start();
                break;
            default: throw new Violation("An event of no kind.");
        }
    }

    private void Submit()
    {
        if (_nextStatement >= 64) return;
        Node node = Nodes[Random.Next(Configurations.Nodes)];
        ulong statement = 1UL << _nextStatement;
        if (node.Replica is null || node.PausedUntil > Now) _nextStatement++;
        else Give(node);
        if (IsHealed && node.IsHonest && node.Replica is not null) _must |= statement;
    }

    /// <summary>
    /// With nothing to do and nobody lying, leaders stay: looked at for a while in one schedule of eight. A member that complains for ever of
    /// what will never be would otherwise go unnoticed.
    /// </summary>
    private bool IsQuiet()
    {
        if (Faulty != 0 || (Plan.Seed & 7) != 0) return true;
        if (_doneAt is null)
        {
            _doneAt = Now;
            return false;
        }
        if (Now - _doneAt < SettlingMilliseconds) return false;
        // Who has left may retire any time.
        long epochs = Nodes.Sum(node => Configurations.SeatOf(node.Member, Configurations.Last) < 0 ? 0 : node.Replica!.Promised.Counter);
        _epochsThen ??= epochs;
        if (epochs != _epochsThen) throw new Violation($"A quiet network changes its leaders. {Stuck()}");
        return Now - _doneAt > SettlingMilliseconds + QuietMilliseconds;
    }

    // A lock that q promises leave out is honoured at the latest when its holder leads: seven turns of eight seconds.
    private const long SettlingMilliseconds = 60_000;
    private const long QuietMilliseconds = 20_000;
    private long? _doneAt, _epochsThen;

    /// <summary>
    /// Everything an honest node accepted is committed, and all of them agree up to the same height, in the last configuration; who is not in it
    /// may retire.
    /// </summary>
    private bool IsDone()
    {
        long height = -1;
        foreach (Node node in Nodes)
        {
            if (!node.IsHonest || node.IsOff) continue;
            if (node.Replica is null || node.Chain[^1].Info is var info && (info.Config != Configurations.Last || info.IsStop) || node.Watch != 0 || (_must & ~node.CommittedStatements) != 0) return false;
            if (Configurations.SeatOf(node.Member, Configurations.Last) < 0 && !node.Replica.MayRetire) return false;
            long tip = node.Chain[^1].Info.Height;
            if (height >= 0 && tip != height) return false;
            height = tip;
        }
        return _nextStatement >= Plan.Statements + Plan.StatementsAfter && Now - HealedAt > 600;
    }

    private string Stuck()
    {
        var text = new System.Text.StringBuilder();
        foreach (Node node in Nodes)
        {
            text.Append($"[node {node.Id}{(node.IsHonest ? "" : " faulty")}: {node.Replica?.Mode.ToString() ?? (node.IsOff ? "off" : "down")} ");
            if (node.Replica is { } replica) text.Append($"epoch {replica.Promised} in {replica.Config} of {node.Known} height {replica.Tip.Height} lock {replica.Lock} waits {node.Watch:x} leads {node.Leaders.Count}");
            text.Append("] ");
        }
        return text.ToString();
    }
}
