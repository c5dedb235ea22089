using System.Buffers.Binary;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;

namespace HealthLedger.Consensus.Tests;

/// <summary>The replicas of one shard, stepped by hand: a test says who hears what, and in which order.</summary>
internal sealed class Cluster
{
    private readonly ReplicaMachine[] _replicas;
    private readonly int _members;

    public Cluster(int members, int shard = 0)
    {
        _members = members;
        Shard = shard;
        Genesis = new BlockInfo(Name(1_000), shard, 1, 0, Hash32.Zero, 0, 0, 1);
        _replicas = new ReplicaMachine[members];
        for (int member = 0; member < members; member++) _replicas[member] = Started(member, new Log.VoteLog(First), Genesis, out _);
    }

    public int Shard { get; }

    public BlockInfo Genesis { get; }

    public SimKeys Keys { get; } = new();

    /// <summary>Both clocks of everybody, milliseconds.</summary>
    public long Time { get; set; } = 10_000;

    public Moment Now => new(Time, Time);

    public Epoch First => Epoch.First(1, Shard, _members);

    public int Quorum => Protocol.Votes.Quorum.Size(_members);

    public ReplicaMachine this[int member]
    {
        get => _replicas[member];
        set => _replicas[member] = value;
    }

    public ReplicaSettings Settings(int member) => new(Shard, Genesis, new Seat(_members, member), Keys, Id(900 + (ulong)member));

    /// <summary>A replica over a log and a store, after the others have shown that they hold nothing newer of its own.</summary>
    public ReplicaMachine Started(int member, Log.VoteLog? log, BlockInfo tip, out List<Effect> effects)
    {
        var replica = new ReplicaMachine(Settings(member), log, tip);
        effects = [];
        replica.Start(Now, effects);
        for (int other = 0; other < _members && replica.Mode == ReplicaMode.Recovering; other++)
        {
            if (other != member) replica.Step(StatusOf(other, member), Now, effects);
        }
        return replica;
    }

    public StatusAnswer StatusOf(int other, int asker, SignedVote? shown = null, Promise? promised = null)
    {
        var status = new Status(Shard, First, Id(900 + (ulong)asker), other, 0, null, promised, shown, []);
        return new StatusAnswer(Keys.Sign(status)) { Config = 1, From = other };
    }

    public static Hash32 Name(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SimRandom.Mix(number));
        return new Hash32(bytes);
    }

    public static Id16 Id(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Id16.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SimRandom.Mix(number));
        return new Id16(bytes);
    }

    public BlockInfo Block(ulong name, BlockInfo on, bool isStop = false, long? time = null) =>
        new(Name(name), Shard, on.ChildConfig, on.Height + 1, on.Hash, on.DirectoryHeight, time ?? Math.Max(Time, on.Time), on.TreeSize + 2, isStop);

    public int LeaderOf(Epoch epoch) => epoch.LeaderAmong(_members);

    public Complaint[] Complaints(Epoch epoch) =>
        [.. Enumerable.Range(0, Quorum).Select(member => Keys.Sign(new Complaint(Shard, epoch, member, [])))];

    /// <summary>The message, of the first configuration unless it says of which.</summary>
    public static Message InFirst(Message message) => message.Config == 0 ? message with { Config = 1 } : message;

    public List<Effect> Step(int member, Message message)
    {
        List<Effect> effects = [];
        _replicas[member].Step(InFirst(message), Now, effects);
        return effects;
    }

    /// <summary>A Tick every 100 ms for so long; what all of them asked for.</summary>
    public List<Effect> Wait(int member, long milliseconds)
    {
        List<Effect> all = [];
        for (long until = Time + milliseconds; Time < until; Time += 100) all.AddRange(Step(member, new Tick()));
        return all;
    }

    public NewEpochCall NewEpoch(Epoch epoch, ulong id) =>
        new(epoch, Id(id), epoch == First ? [] : Complaints(epoch with { Counter = epoch.Counter - 1 }), null) { From = LeaderOf(epoch) };

    /// <summary>The promises of these members to an epoch, signed.</summary>
    public Promise[] Open(Epoch epoch, ulong id, params int[] members) =>
        [.. members.Select(member => Keys.Sign(Step(member, NewEpoch(epoch, id)).Sent<PromiseAnswer>().Single().Promise))];

    public ProposeCall Proposal(Epoch epoch, ulong id, BlockInfo block, Promise[]? promises, Certificate? committed = null) =>
        new(epoch, Id(id), block, committed, promises) { Config = epoch.Config, From = LeaderOf(epoch) };

    /// <summary>Proposes to these members, lets them execute, and returns the votes they cast.</summary>
    public SignedVote[] Propose(Epoch epoch, ulong id, BlockInfo block, Promise[]? promises, params int[] members)
    {
        var votes = new List<SignedVote>();
        foreach (int member in members)
        {
            List<Effect> effects = Step(member, Proposal(epoch, id, block, promises));
            if (effects.OfType<Execute>().Any()) effects.AddRange(Step(member, new Executed(block, Verdict.Ok)));
            votes.AddRange(effects.OfType<CastVote>().Select(cast => Signed(cast.Vote, member)));
        }
        return [.. votes];
    }

    public SignedVote[] ShowPrepared(Epoch epoch, ulong id, Certificate prepared, params int[] members) =>
        [.. members.SelectMany(member => Step(member, new LockCall(epoch, Id(id), prepared) { Config = epoch.Config, From = LeaderOf(epoch) })
            .OfType<CastVote>().Select(cast => Signed(cast.Vote, member)))];

    public SignedVote Signed(Vote vote, int member) => new(vote, Keys.Sign(in vote, member));

    public Certificate Join(params SignedVote[] votes) =>
        new(votes[0].Vote, [.. votes.Select(vote => vote.Proof).OrderBy(proof => proof.Member).Take(Quorum)]);

    /// <summary>A certificate that these members' votes would make, whether or not they cast them.</summary>
    public Certificate Certify(VoteKind kind, Epoch epoch, BlockInfo block, params int[] members) =>
        Join([.. members.Select(member => Signed(new Vote(kind, Shard, epoch, block.Height, block.Hash), member))]);

    private sealed class Seat(int members, int self) : IMembership
    {
        public int Count(int config) => members;

        public int Self(int config) => self;
    }
}

internal static class EffectQueries
{
    /// <summary>The messages of one type that are sent, to one or to all.</summary>
    public static IEnumerable<T> Sent<T>(this IEnumerable<Effect> effects) where T : Message =>
        effects.Select(effect => effect switch { Send send => send.Message, Broadcast broadcast => broadcast.Message, _ => null }).OfType<T>();

    public static NackReason? Nacked(this IEnumerable<Effect> effects) => effects.Sent<NackAnswer>().FirstOrDefault()?.Nack.Reason;
}
