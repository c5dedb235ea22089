using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;

namespace HealthLedger.Consensus.Tests;

/// <summary>
/// Rule 10 with other members in each configuration. Nodes have numbers; configuration 1 is [0, 1, 2, 3], 2 is [1, 4, 2, 3] (0 has left, 4 has joined,
/// 1 sits elsewhere), 3 is [4, 5, 6] (all but one have left). Shard 0: the first epoch of each is led by its index 0.
/// </summary>
public sealed class ConfigurationTests
{
    private static readonly int[][] Nodes = [[0, 1, 2, 3], [1, 4, 2, 3], [4, 5, 6]];
    private readonly SimKeys _keys = new((config, index) => config is >= 1 and <= 3 && index >= 0 && index < Nodes[config - 1].Length ? Nodes[config - 1][index] : -1);
    private readonly BlockInfo _genesis = new(Cluster.Name(1_000), 0, 1, 0, Hash32.Zero, 0, 0, 1);
    private readonly BlockInfo _sign, _first, _secondSign;
    private long _time = 10_000;
    private int _known = 3;

    public ConfigurationTests()
    {
        _sign = Block(1, _genesis, isStop: true);
        _first = Block(2, _sign);
        _secondSign = Block(3, _first, isStop: true);
    }

    private Certificate SignCertificate => Certify(VoteKind.Commit, new Epoch(1, 0), _sign);

    [Fact]
    public void Rule_10_a_joiner_follows_then_asks_the_new_members_then_votes()
    {
        ReplicaMachine joiner = Start(4);
        joiner.Mode.Should().Be(ReplicaMode.Following);
        List<Effect> effects = Commit(joiner, _sign, SignCertificate);
        effects.OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Recovering);
        effects.Sent<StatusCall>().Single().Should().Match<StatusCall>(call => call.Config == 2 && call.From == 1);
        Step(joiner, NewEpoch(2, 0)).Should().BeEmpty("it does not know yet what it may have signed");
        Step(joiner, StatusOf(2, 2, 4));
        Step(joiner, StatusOf(2, 3, 4)).OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Voting);
        Promise promise = Step(joiner, NewEpoch(2, 0)).Sent<PromiseAnswer>().Single().Promise;
        promise.Member.Should().Be(1);
        promise.Committed!.Block.Should().Be(_sign.Hash);
    }

    [Fact]
    public void Rule_10_a_joiner_that_voted_there_before_stays_silent()
    {
        ReplicaMachine joiner = Start(4);
        Commit(joiner, _sign, SignCertificate);
        var vote = new Vote(VoteKind.Prepare, 0, new Epoch(2, 0), 2, _first.Hash);
        Step(joiner, StatusOf(2, 2, 4, new SignedVote(vote, _keys.Sign(in vote, 1)))).OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Following);
        Step(joiner, StatusOf(2, 3, 4)).Should().BeEmpty();
        Step(joiner, NewEpoch(2, 0)).Should().BeEmpty();
    }

    [Fact]
    public void Rule_10_evidence_of_another_configuration_silences_nobody()
    {
        // At index 1 of configuration 1 sat another member: its vote is not the joiner's.
        ReplicaMachine joiner = Start(4);
        Commit(joiner, _sign, SignCertificate);
        var vote = new Vote(VoteKind.Prepare, 0, new Epoch(1, 0), 1, _sign.Hash);
        Step(joiner, StatusOf(2, 2, 4, new SignedVote(vote, _keys.Sign(in vote, 1))));
        Step(joiner, StatusOf(2, 3, 4)).OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Voting);
    }

    [Fact]
    public void Rule_10_a_removed_member_answers_with_the_newest_commit_and_may_retire_once_the_new_ones_have_committed()
    {
        ReplicaMachine removed = Voting(0);
        Commit(removed, _sign, SignCertificate).OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Following);
        removed.MayRetire.Should().BeFalse();
        DecideCall news = Step(removed, new StatusCall(Cluster.Id(5)) { Config = 2, From = 1 }).Sent<DecideCall>().Single();
        news.Committed.Block.Should().Be(_sign.Hash);
        news.Should().Match<DecideCall>(call => call.Config == 2 && call.From == -1);
        Step(removed, NewEpoch(2, 0)).Should().BeEmpty("it is not a member any more");
        Step(removed, new ComplainCall(_keys.Sign(new Complaint(0, new Epoch(2, 0), 1, []))) { Config = 2, From = 1 }).Sent<ComplainCall>().Should().BeEmpty();
        Commit(removed, _first, Certify(VoteKind.Commit, new Epoch(2, 0), _first));
        removed.MayRetire.Should().BeTrue();
    }

    [Fact]
    public void Rule_10_what_a_removed_member_signs_for_the_new_configuration_is_nothing()
    {
        // Index 0 is member 1 now; member 0 signs as if it were still there.
        var vote = new Vote(VoteKind.Commit, 0, new Epoch(2, 0), 2, _first.Hash);
        var certificate = new Certificate(vote, [_keys.SignAs(in vote, 0, key: 0), _keys.Sign(in vote, 1), _keys.Sign(in vote, 2)]);
        ReplicaMachine replica = Level(2);
        Step(replica, new DecideCall(certificate) { Config = 2, From = 0 }).Should().BeEmpty();
        replica.Committed!.Block.Should().Be(_sign.Hash);
    }

    [Fact]
    public void Rule_10_those_who_left_commit_no_block_of_the_new_configuration()
    {
        // A whole quorum of configuration 1, with keys that it kept, signs a block of configuration 2 that this replica has executed.
        ReplicaMachine replica = Level(2);
        Commit(replica, _first, Certify(VoteKind.Commit, new Epoch(1, 9), _first)).OfType<Commit>().Should().BeEmpty();
        Wait(replica, 1_000).OfType<Commit>().Should().BeEmpty();
        Step(replica, new DecideCall(Certify(VoteKind.Commit, new Epoch(2, 0), _first)) { Config = 2, From = -1 }).OfType<Commit>().Should().ContainSingle();
    }

    [Fact]
    public void Rule_10_old_complaints_and_calls_open_nothing_above_the_stop_sign_and_are_answered_with_news()
    {
        ReplicaMachine replica = Level(1);
        foreach (int member in new[] { 0, 2, 3 })
        {
            List<Effect> effects = Step(replica, new ComplainCall(_keys.Sign(new Complaint(0, new Epoch(1, 7), member, []))) { Config = 1, From = member });
            effects.Sent<DecideCall>().Single().Should().Match<DecideCall>(call => call.Config == 1 && call.Committed.Block == _sign.Hash);
            effects.Sent<ComplainCall>().Should().BeEmpty();
        }
        replica.Leader.Should().Be(0, "member 1, at index 0, leads the first epoch of the new configuration");
        _time += 500;
        Step(replica, NewEpoch(1, 0)).Should().ContainSingle().Which.Should().BeOfType<Send>().Which.Message.Should().BeOfType<DecideCall>();
        replica.Promised.Should().BeLessThan(new Epoch(2, 0));
    }

    [Fact]
    public void Rule_10_who_is_called_from_a_newer_configuration_refuses_and_asks_for_news()
    {
        ReplicaMachine behind = Voting(2);
        List<Effect> effects = Step(behind, NewEpoch(2, 0));
        effects.Nacked().Should().Be(NackReason.Behind);
        effects.Sent<StatusCall>().Single().Should().Match<StatusCall>(call => call.Config == 2 && call.From == 2);
        effects.Sent<PromiseAnswer>().Should().BeEmpty("it is not level with the stop sign");
    }

    [Fact]
    public void Rule_10_a_member_two_configurations_behind_takes_both_steps_at_once()
    {
        ReplicaMachine behind = Voting(2);
        BlockInfo third = Block(4, _secondSign);
        Step(behind, new DecideCall(Certify(VoteKind.Commit, new Epoch(3, 1), third)) { Config = 1, From = -1 }).OfType<Fetch>().Should().ContainSingle();
        behind.Promised.Should().Be(new Epoch(3, 1));
        foreach (int milliseconds in new[] { 600, 600, 10_000 })
        {
            _time += milliseconds;
            Step(behind, new WaitingSince(_time - 500)).Concat(Step(behind, new Tick())).Sent<ComplainCall>().Should().BeEmpty("its own configuration has ended");
        }
        List<Effect> effects = [.. new[] { _sign, _first, _secondSign, third }.SelectMany(block => Step(behind, new Executed(block, Verdict.Ok)))];
        effects.OfType<Commit>().Single().Blocks.Should().HaveCount(4);
        (behind.Config, behind.Mode, behind.MayRetire).Should().Be((3, ReplicaMode.Following, true));
    }

    [Fact]
    public void Rule_8_a_certificate_of_an_unknown_configuration_is_asked_about_and_taken_later()
    {
        _known = 1;
        ReplicaMachine behind = Voting(2);
        var news = new DecideCall(Certify(VoteKind.Commit, new Epoch(2, 0), _first)) { Config = 1, From = -1 };
        Step(behind, news).OfType<ConfigurationMissing>().Single().Config.Should().Be(2);
        Step(behind, news).Should().BeEmpty("not more often than every 500 ms");
        _known = 2;
        Step(behind, news).OfType<Fetch>().Should().ContainSingle();
    }

    [Fact]
    public void Rule_10_the_first_block_above_a_stop_sign_is_waited_for()
    {
        ReplicaMachine replica = Level(3);
        Wait(replica, 400).Sent<ComplainCall>().Should().BeEmpty();
        Wait(replica, 400).Sent<ComplainCall>().First().Complaint.Should().Match<Complaint>(complaint => complaint.Epoch == new Epoch(2, 0) && complaint.Member == 3);
        Commit(replica, _first, Certify(VoteKind.Commit, new Epoch(2, 0), _first));
        Wait(replica, 20_000).Sent<ComplainCall>().Should().BeEmpty("nothing waits any more");
    }

    [Fact]
    public void Rule_10_a_promise_that_does_not_show_the_stop_sign_counts_for_nothing()
    {
        var leader = new LeaderMachine(Settings(1), new Epoch(2, 0), Cluster.Id(9), [], null);
        leader.Start(Now, []);
        Promise bare = _keys.Sign(new Promise(0, new Epoch(2, 0), Cluster.Id(9), 1, null, null, []));
        List<Effect> effects = [];
        foreach (Promise promise in new[] { bare, Shown(0), Shown(2) }) leader.Step(new PromiseAnswer(promise) { Config = 2, From = promise.Member }, Now, effects);
        effects.OfType<Ready>().Should().BeEmpty();
        leader.Step(new PromiseAnswer(Shown(3)) { Config = 2, From = 3 }, Now, effects);
        effects.OfType<Ready>().Single().Parent.Should().Be(_sign.Ref);
    }

    [Fact]
    public void Rule_10_the_leader_shows_a_committed_stop_sign_to_the_members_of_the_next_configuration()
    {
        var leader = new LeaderMachine(Settings(0), new Epoch(1, 0), Cluster.Id(9), [], null);
        leader.Start(Now, []);
        List<Effect> effects = [];
        void Take(Message message) => leader.Step(message with { Config = 1 }, Now, effects);
        for (int member = 0; member < 3; member++) Take(new PromiseAnswer(_keys.Sign(new Promise(0, new Epoch(1, 0), Cluster.Id(9), member, null, null, []))));
        Take(new BlockToPropose(_sign));
        foreach (VoteKind kind in new[] { VoteKind.Prepare, VoteKind.Commit })
        {
            var vote = new Vote(kind, 0, new Epoch(1, 0), 1, _sign.Hash);
            for (int member = 0; member < 3; member++) Take(new VoteAnswer(new SignedVote(vote, _keys.Sign(in vote, member))));
        }
        effects.OfType<Broadcast>().Select(broadcast => broadcast.Message).OfType<DecideCall>().Select(call => (call.Config, call.From)).Should().Equal((1, 0), (2, -1));
        effects.OfType<LeaderEnded>().Single().Reason.Should().Be(LeaderEnd.ConfigurationEnded);
    }

    [Fact]
    public void A_compacted_vote_log_is_the_same_across_configurations()
    {
        ReplicaMachine replica = Level(2);
        Step(replica, NewEpoch(2, 0));
        var copy = new VoteLog(Epoch.First(1, 0, 4));
        foreach (VoteRecord record in replica.Log.Snapshot(_ => null)) copy.Apply(record);
        (copy.Promised, copy.Committed, copy.Lock, copy.Given).Should().Be((replica.Log.Promised, replica.Log.Committed, replica.Log.Lock, replica.Log.Given));
    }

    private Moment Now => new(_time, _time);

    private ReplicaSettings Settings(int node) => new(0, _genesis, new Seats(this, node), _keys, Cluster.Id((ulong)node + 900));

    private static BlockInfo Block(ulong name, BlockInfo on, bool isStop = false) =>
        new(Cluster.Name(name), 0, on.ChildConfig, on.Height + 1, on.Hash, 0, 10_000, on.TreeSize + 1, isStop);

    private Certificate Certify(VoteKind kind, Epoch epoch, BlockInfo block)
    {
        var vote = new Vote(kind, 0, epoch, block.Height, block.Hash);
        int quorum = Quorum.Size(Nodes[epoch.Config - 1].Length);
        return new Certificate(vote, [.. Enumerable.Range(0, quorum).Select(member => _keys.Sign(in vote, member))]);
    }

    private static NewEpochCall NewEpoch(int config, int from) => new(new Epoch(config, 0), Cluster.Id(9), [], null) { Config = config, From = from };

    private Promise Shown(int member) => _keys.Sign(new Promise(0, new Epoch(2, 0), Cluster.Id(9), member, null, SignCertificate, []));

    private StatusAnswer StatusOf(int config, int member, int asker, SignedVote? shown = null) =>
        new(_keys.Sign(new Status(0, new Epoch(config, -1), Cluster.Id((ulong)asker + 900), member, 0, null, null, shown, []))) { Config = config, From = member };

    private ReplicaMachine Start(int node)
    {
        var replica = new ReplicaMachine(Settings(node), new VoteLog(Epoch.First(1, 0, 4)), _genesis);
        replica.Start(Now, []);
        return replica;
    }

    private ReplicaMachine Voting(int node)
    {
        ReplicaMachine replica = Start(node);
        foreach (int member in Enumerable.Range(0, 4).Where(member => member != node).Take(2)) Step(replica, StatusOf(1, member, node));
        replica.Mode.Should().Be(ReplicaMode.Voting);
        return replica;
    }

    /// <summary>A member of both configurations that has committed the stop sign.</summary>
    private ReplicaMachine Level(int node)
    {
        ReplicaMachine replica = Voting(node);
        Commit(replica, _sign, SignCertificate);
        (replica.Config, replica.Mode).Should().Be((2, ReplicaMode.Voting));
        return replica;
    }

    private List<Effect> Commit(ReplicaMachine replica, BlockInfo block, Certificate certificate) =>
        [.. Step(replica, new DecideCall(certificate) { Config = certificate.Epoch.Config, From = -1 }), .. Step(replica, new Executed(block, Verdict.Ok))];

    private List<Effect> Step(ReplicaMachine replica, Message message)
    {
        List<Effect> effects = [];
        replica.Step(message, Now, effects);
        return effects;
    }

    private List<Effect> Wait(ReplicaMachine replica, long milliseconds)
    {
        List<Effect> all = [];
        for (long until = _time + milliseconds; _time < until; _time += 100) all.AddRange(Step(replica, new Tick()));
        return all;
    }

    private sealed class Seats(ConfigurationTests tests, int node) : IMembership
    {
        public int Count(int config) => config >= 1 && config <= tests._known ? Nodes[config - 1].Length : 0;

        public int Self(int config) => Count(config) == 0 ? -1 : Array.IndexOf(Nodes[config - 1], node);
    }
}
