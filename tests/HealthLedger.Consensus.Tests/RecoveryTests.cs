using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

public sealed class RecoveryTests
{
    private readonly Cluster _cluster = new(4);

    [Fact]
    public void Rule_9_a_replica_that_starts_is_silent_until_q_members_have_shown_what_they_hold()
    {
        ReplicaMachine replica = Fresh();
        Step(replica, _cluster.NewEpoch(_cluster.First, 1)).Should().BeEmpty();
        Step(replica, _cluster.StatusOf(0, 3));
        Step(replica, _cluster.StatusOf(0, 3));
        replica.Mode.Should().Be(ReplicaMode.Recovering, "one member twice is one member");
        Step(replica, _cluster.StatusOf(1, 3)).OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Voting);
        Step(replica, _cluster.NewEpoch(_cluster.First, 1)).Sent<PromiseAnswer>().Should().ContainSingle();
    }

    [Fact]
    public void Rule_9_an_old_copy_of_the_vote_log_is_noticed_by_a_promise()
    {
        Promise own = _cluster.Keys.Sign(new Promise(0, _cluster.First, Cluster.Id(1), 3, null, null, []));
        ReplicaMachine replica = Fresh();
        Step(replica, _cluster.StatusOf(0, 3, promised: own)).OfType<ModeChanged>().Single().Mode.Should().Be(ReplicaMode.Following);
        Step(replica, _cluster.NewEpoch(_cluster.First, 1)).Should().BeEmpty();
    }

    [Fact]
    public void Rule_9_an_old_copy_of_the_vote_log_is_noticed_by_a_vote_of_the_same_epoch()
    {
        Promise[] promises = _cluster.Open(_cluster.First, 1, 0, 1, 3);
        VoteLog old = _cluster[3].Log.Copy();
        SignedVote vote = _cluster.Propose(_cluster.First, 1, _cluster.Block(1, _cluster.Genesis), promises, 3).Single();
        var replica = new ReplicaMachine(_cluster.Settings(3), old, _cluster.Genesis);
        replica.Start(_cluster.Now, []);
        Step(replica, _cluster.StatusOf(0, 3, shown: vote));
        replica.Mode.Should().Be(ReplicaMode.Following);
    }

    [Fact]
    public void Rule_9_a_liar_cannot_silence_a_member_with_something_it_never_signed()
    {
        var claim = new Vote(VoteKind.Prepare, 0, new Epoch(1, 99), 99, Cluster.Name(1));
        ReplicaMachine replica = Fresh();
        Step(replica, _cluster.StatusOf(0, 3, shown: new SignedVote(claim, new VoteProof(3, 0, 1, [], new byte[8]))));
        Step(replica, _cluster.StatusOf(1, 3));
        replica.Mode.Should().Be(ReplicaMode.Voting);
    }

    [Fact]
    public void Rule_9_without_both_files_a_replica_follows_and_does_not_vote()
    {
        ReplicaMachine replica = _cluster.Started(3, null, _cluster.Genesis, out _);
        replica.Mode.Should().Be(ReplicaMode.Following);
        Step(replica, _cluster.NewEpoch(_cluster.First, 1)).Should().BeEmpty();
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Step(replica, new DecideCall(_cluster.Certify(VoteKind.Commit, _cluster.First, block, 0, 1, 2)) { From = 0 });
        Step(replica, new Executed(block, Verdict.Ok)).OfType<Commit>().Should().ContainSingle();
    }

    [Fact]
    public void Rule_9_a_member_is_shown_the_highest_vote_of_its_own_that_is_held()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Promise[] promises = _cluster.Open(_cluster.First, 1, 0, 1, 2);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, block, promises, 0, 1, 2));
        _cluster.ShowPrepared(_cluster.First, 1, prepared, 1);
        Status status = _cluster.Step(1, new StatusCall(Cluster.Id(5)) { From = 2 }).Sent<StatusAnswer>().Single().Status;
        status.ShownVote!.Proof.Member.Should().Be(2);
        status.ShownVote.Vote.Height.Should().Be(1);
        status.Nonce.Should().Be(Cluster.Id(5));
    }

    [Fact]
    public void A_restart_from_the_records_stands_where_the_answers_left_it()
    {
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first);
        Promise[] promises = _cluster.Open(_cluster.First, 1, 0, 1, 2);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, first, promises, 0, 1, 2));
        _cluster.ShowPrepared(_cluster.First, 1, prepared, 1);
        _cluster.Propose(_cluster.First, 1, second, null, 1);

        var blocks = new Dictionary<BlockRef, BlockInfo> { [first.Ref] = first, [second.Ref] = second };
        var compacted = new VoteLog(_cluster.First);
        foreach (VoteRecord record in _cluster[1].Log.Snapshot(at => blocks[at])) compacted.Apply(record);
        _cluster[1] = _cluster.Started(1, compacted, _cluster.Genesis, out _);
        _cluster[1].Promised.Should().Be(_cluster.First);
        _cluster[1].Lock.Should().BeSameAs(prepared);
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, _cluster.Block(9, first), null)).Nacked().Should().Be(NackReason.AcceptedOther);
        _cluster.Propose(_cluster.First, 1, second, null, 1).Single().Vote.Block.Should().Be(second.Hash);
    }

    private ReplicaMachine Fresh()
    {
        var replica = new ReplicaMachine(_cluster.Settings(3), new VoteLog(_cluster.First), _cluster.Genesis);
        replica.Start(_cluster.Now, []);
        return replica;
    }

    private List<Effect> Step(ReplicaMachine replica, Message message)
    {
        List<Effect> effects = [];
        replica.Step(Cluster.InFirst(message), _cluster.Now, effects);
        return effects;
    }
}
