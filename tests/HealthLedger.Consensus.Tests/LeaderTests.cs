using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

public sealed class LeaderTests
{
    private readonly Cluster _cluster = new(4);
    private readonly LeaderMachine _leader;
    private readonly List<Effect> _effects = [];

    public LeaderTests()
    {
        _leader = new LeaderMachine(_cluster.Settings(0), _cluster.First, Cluster.Id(1), [], null);
        _leader.Start(_cluster.Now, _effects);
    }

    [Fact]
    public void Rule_7_a_leader_steps_down_on_a_proven_higher_epoch_and_not_on_bare_Nacks()
    {
        for (int member = 0; member < 4; member++)
        {
            Step(new NackAnswer(new Nack(0, new Epoch(1, 9), NackReason.PromisedHigher, member, null, [])) { From = member });
        }
        _leader.IsOver.Should().BeFalse();
        Step(new HigherEpoch(new Epoch(1, 9))).OfType<LeaderEnded>().Single().Reason.Should().Be(LeaderEnd.HigherEpoch);
        _leader.IsOver.Should().BeTrue();
    }

    [Fact]
    public void An_activation_gives_up_when_q_promises_cannot_come_together_any_more()
    {
        Nack nack = new(0, _cluster.First, NackReason.OtherLeader, 1, null, []);
        Step(new NackAnswer(nack) { From = 1 });
        Step(new NackAnswer(nack) { From = 1 });
        _leader.IsOver.Should().BeFalse("one member may lie");
        Step(new NackAnswer(nack with { Member = 2 }) { From = 2 }).OfType<LeaderEnded>().Single().Reason.Should().Be(LeaderEnd.OtherActivation);
    }

    [Fact]
    public void A_refusal_meant_for_the_other_activation_ends_nothing()
    {
        // Found by reading a transcript: both activations ended, since a Nack does not say which of them it is for.
        foreach (Promise promise in _cluster.Open(_cluster.First, 1, 1, 2)) Step(new PromiseAnswer(promise) { From = promise.Member });
        Nack nack = new(0, _cluster.First, NackReason.OtherLeader, 1, null, []);
        foreach (int member in new[] { 1, 2 }) Step(new NackAnswer(nack with { Member = member }) { From = member }).Should().BeEmpty();
        Step(new PromiseAnswer(_cluster.Open(_cluster.First, 1, 3)[0]) { From = 3 }).OfType<Ready>().Should().ContainSingle();
    }

    [Fact]
    public void A_block_goes_from_proposal_to_decision_and_others_are_on_their_way_meanwhile()
    {
        GivePromises();
        _leader.BuildOn.Should().Be(_cluster.Genesis.Ref);
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first);
        Step(new BlockToPropose(first)).Sent<ProposeCall>().Single().Promises.Should().HaveCount(3);
        Step(new BlockToPropose(second)).Sent<ProposeCall>().Single().Promises.Should().BeNull("the members have them");
        Vote(VoteKind.Prepare, first, 0, 1).Should().BeEmpty();
        Certificate prepared = Vote(VoteKind.Prepare, first, 3).Sent<LockCall>().Single().Prepared;
        prepared.Proofs.Select(proof => proof.Member).Should().Equal(0, 1, 3);
        Vote(VoteKind.Commit, first, 0, 0, 0).Should().BeEmpty("one member counts once");
        Vote(VoteKind.Commit, first, 1, 3).Sent<DecideCall>().Single().Committed.Height.Should().Be(1);
        Vote(VoteKind.Commit, second, 0, 1, 2).Sent<DecideCall>().Single().Committed.Height.Should().Be(2);
    }

    [Fact]
    public void Forged_promises_and_votes_count_for_nothing()
    {
        Promise promise = new(0, _cluster.First, Cluster.Id(1), 1, null, null, new byte[8]);
        for (int member = 0; member < 4; member++) Step(new PromiseAnswer(promise with { Member = member }) { From = member }).Should().BeEmpty();
        GivePromises();
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Step(new BlockToPropose(block));
        var vote = new Vote(VoteKind.Prepare, 0, _cluster.First, 1, block.Hash);
        for (int member = 0; member < 4; member++)
        {
            Step(new VoteAnswer(new SignedVote(vote, new VoteProof(member, 0, 1, [], new byte[8]))) { From = member }).Should().BeEmpty();
        }
    }

    [Fact]
    public void The_window_stops_a_leader_eight_blocks_above_the_committed_one()
    {
        GivePromises();
        BlockInfo at = _cluster.Genesis, first = at;
        for (ulong i = 1; i <= 8; i++)
        {
            at = _cluster.Block(i, at);
            if (i == 1) first = at;
            Step(new BlockToPropose(at));
        }
        _leader.BuildOn.Should().BeNull();
        Vote(VoteKind.Prepare, first, 0, 1, 2);
        Vote(VoteKind.Commit, first, 0, 1, 2).OfType<Ready>().Single().Parent.Should().Be(at.Ref);
    }

    [Fact]
    public void A_member_that_is_behind_gets_what_is_on_its_way_with_the_promises()
    {
        GivePromises();
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first);
        Step(new BlockToPropose(first));
        Step(new BlockToPropose(second));
        Nack behind = new(0, _cluster.First, NackReason.Behind, 3, 1, []);
        ProposeCall[] again = [.. Step(new NackAnswer(behind) { From = 3 }).Sent<ProposeCall>()];
        again.Select(call => call.Block).Should().Equal(first, second);
        again[0].Promises.Should().NotBeNull();
        Step(new NackAnswer(behind) { From = 3 }).Should().BeEmpty("a flood of Nacks is not answered by a flood of blocks");
    }

    [Fact]
    public void An_orderly_leader_hands_over_to_the_next()
    {
        List<Effect> effects = Step(new GiveUp());
        HandOver handOver = effects.Sent<HandOverCall>().Single().HandOver;
        (handOver.Epoch, handOver.Member, handOver.To).Should().Be((_cluster.First, 0, 1));
        effects.OfType<LeaderEnded>().Single().Reason.Should().Be(LeaderEnd.HandedOver);
    }

    private void GivePromises()
    {
        foreach (Promise promise in _cluster.Open(_cluster.First, 1, 0, 1, 2)) Step(new PromiseAnswer(promise) { From = promise.Member });
    }

    private List<Effect> Vote(VoteKind kind, BlockInfo block, params int[] members)
    {
        List<Effect> all = [];
        foreach (int member in members)
        {
            SignedVote vote = _cluster.Signed(new Vote(kind, 0, _cluster.First, block.Height, block.Hash), member);
            all.AddRange(Step(new VoteAnswer(vote) { From = member }));
        }
        return all;
    }

    private List<Effect> Step(Message message)
    {
        List<Effect> effects = [];
        _leader.Step(Cluster.InFirst(message), _cluster.Now, effects);
        return effects;
    }
}
