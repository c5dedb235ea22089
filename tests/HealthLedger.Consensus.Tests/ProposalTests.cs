using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

public sealed class ProposalTests
{
    private readonly Cluster _cluster = new(4);
    private readonly Promise[] _promises;

    public ProposalTests() => _promises = _cluster.Open(_cluster.First, 1, 0, 1, 2);

    [Fact]
    public void Rule_4_a_prepare_is_persisted_with_its_block_before_it_leaves_and_only_after_execution()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        List<Effect> proposed = _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, block, _promises));
        proposed.OfType<Execute>().Single().Certified.Should().BeFalse();
        proposed.OfType<CastVote>().Should().BeEmpty();
        List<Effect> executed = _cluster.Step(1, new Executed(block, Verdict.Ok));
        executed.Select(effect => effect.GetType()).Should().Equal(typeof(Persist), typeof(CastVote));
        ((Prepared)((Persist)executed[0]).Record).Block.Should().Be(block);
    }

    [Theory]
    [InlineData(Verdict.BodyMissing, NackReason.BodyMissing)]
    [InlineData(Verdict.Invalid, NackReason.InvalidBlock)]
    [InlineData(Verdict.DirectoryAhead, NackReason.BodyMissing)]
    public void Rule_4_what_cannot_be_checked_is_not_voted_for(Verdict verdict, NackReason reason)
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, block, _promises));
        List<Effect> effects = _cluster.Step(1, new Executed(block, verdict));
        effects.Nacked().Should().Be(reason);
        effects.OfType<CastVote>().Should().BeEmpty();
    }

    [Fact]
    public void Rule_3_one_block_per_epoch_and_height()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis), other = _cluster.Block(2, _cluster.Genesis);
        _cluster.Propose(_cluster.First, 1, block, _promises, 1).Should().ContainSingle();
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, other, _promises)).Nacked().Should().Be(NackReason.AcceptedOther);
        _cluster.Propose(_cluster.First, 1, block, null, 1).Single().Vote.Block.Should().Be(block.Hash, "the same one again gets the same vote again");
    }

    [Fact]
    public void Rule_3_the_first_proposal_needs_q_promises_and_later_ones_follow_the_last_accepted()
    {
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first), stray = _cluster.Block(3, _cluster.Block(4, _cluster.Genesis));
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, first, null)).Nacked().Should().Be(NackReason.Behind);
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, first, _promises[..2])).Nacked().Should().Be(NackReason.Behind);
        _cluster.Propose(_cluster.First, 1, first, _promises, 1).Should().ContainSingle();
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, stray, null)).Nacked().Should().Be(NackReason.InvalidBlock);
        _cluster.Propose(_cluster.First, 1, second, null, 1).Should().ContainSingle();
    }

    [Fact]
    public void Rule_3_proposals_that_overtake_each_other_are_taken_in_order()
    {
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first);
        List<Effect> early = _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, second, _promises));
        early.Nacked().Should().Be(NackReason.Behind);
        early.Sent<NackAnswer>().Single().Nack.NeedFrom.Should().Be(1);
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, first, _promises)).OfType<Execute>().Single().Block.Should().Be(first);
        List<Effect> effects = _cluster.Step(1, new Executed(first, Verdict.Ok));
        effects.OfType<CastVote>().Single().Vote.Height.Should().Be(1);
        effects.OfType<Execute>().Single().Block.Should().Be(second);
    }

    [Fact]
    public void Rule_3_at_most_eight_blocks_above_the_committed_one()
    {
        BlockInfo at = _cluster.Genesis;
        for (ulong i = 1; i <= 8; i++)
        {
            at = _cluster.Block(i, at);
            _cluster.Propose(_cluster.First, 1, at, i == 1 ? _promises : null, 1).Should().ContainSingle();
        }
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, _cluster.Block(9, at), null)).Nacked().Should().Be(NackReason.WindowFull);
    }

    [Fact]
    public void Rule_3_a_base_that_is_locked_somewhere_is_voted_again_with_its_old_hash()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis), other = _cluster.Block(2, _cluster.Genesis);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, block, _promises, 0, 1, 2));
        _cluster.ShowPrepared(_cluster.First, 1, prepared, 1).Should().ContainSingle();

        Epoch next = _cluster.First.Next;
        Promise[] promises = _cluster.Open(next, 2, 1, 2, 3);
        _cluster.Step(3, _cluster.Proposal(next, 2, other, promises)).Nacked().Should().Be(NackReason.InvalidBlock, "a leader has no say in the base");
        SignedVote vote = _cluster.Propose(next, 2, block, promises, 3).Single();
        vote.Vote.Should().Be(new Vote(VoteKind.Prepare, 0, next, 1, block.Hash));
    }

    [Fact]
    public void Rule_3_those_who_have_committed_the_base_vote_for_it_again_too()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, block, _promises, 0, 1, 2));
        Certificate committed = _cluster.Join(_cluster.ShowPrepared(_cluster.First, 1, prepared, 0, 1, 2));
        _cluster.Step(0, new DecideCall(committed) { From = 0 }).OfType<Commit>().Should().ContainSingle();

        Epoch next = _cluster.First.Next;
        Promise[] promises = _cluster.Open(next, 2, 1, 2, 3);
        _cluster.Propose(next, 2, block, promises, 0).Single().Vote.Epoch.Should().Be(next);
    }

    [Fact]
    public void Section_3_a_first_vote_asks_the_clock_and_a_certified_block_does_not()
    {
        BlockInfo late = _cluster.Block(1, _cluster.Genesis, time: _cluster.Time + 5_001);
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, late, _promises));
        _cluster.Step(1, new Executed(late, Verdict.Ok)).Nacked().Should().Be(NackReason.Clock);

        BlockInfo block = _cluster.Block(2, _cluster.Genesis);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, block, _promises, 0, 1, 2));
        _cluster.ShowPrepared(_cluster.First, 1, prepared, 1);
        Epoch next = _cluster.First.Next;
        Promise[] promises = _cluster.Open(next, 2, 1, 2, 3);
        _cluster.Time += 60_000;
        _cluster.Propose(next, 2, block, promises, 3).Should().ContainSingle("q members found its time right a minute ago");
    }

    [Fact]
    public void Section_3_no_leader_freezes_the_directory()
    {
        var cluster = new Cluster(4, shard: 4);
        Promise[] promises = cluster.Open(cluster.First, 1, 0, 1, 2);
        cluster.Step(1, new DirectoryChanged(3));
        cluster.Time += 5_001;
        BlockInfo frozen = cluster.Block(1, cluster.Genesis);
        cluster.Step(1, cluster.Proposal(cluster.First, 1, frozen, promises));
        cluster.Step(1, new Executed(frozen, Verdict.Ok)).Nacked().Should().Be(NackReason.Clock);
        BlockInfo fresh = cluster.Block(2, cluster.Genesis) with { DirectoryHeight = 3 };
        cluster.Propose(cluster.First, 1, fresh, promises, 1).Should().ContainSingle();
        BlockInfo back = cluster.Block(3, fresh) with { DirectoryHeight = 2 };
        cluster.Step(1, cluster.Proposal(cluster.First, 1, back, null));
        cluster.Step(1, new Executed(back, Verdict.Ok)).Nacked().Should().Be(NackReason.InvalidBlock, "the directory height never goes back");
    }

    [Fact]
    public void Rule_5_a_lock_needs_a_prepare_certificate_of_this_very_epoch_for_an_accepted_block()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis), other = _cluster.Block(2, _cluster.Genesis);
        _cluster.Propose(_cluster.First, 1, block, _promises, 0, 1, 2);
        Certificate older = _cluster.Certify(VoteKind.Prepare, new Epoch(0, 9), block, 0, 1, 2);
        Certificate foreign = _cluster.Certify(VoteKind.Prepare, _cluster.First, other, 0, 1, 2);
        Certificate commits = _cluster.Certify(VoteKind.Commit, _cluster.First, block, 0, 1, 2);
        foreach (Certificate wrong in new[] { older, foreign, commits }) _cluster.ShowPrepared(_cluster.First, 1, wrong, 1).Should().BeEmpty();
        _cluster[1].Lock.Should().BeNull();

        Certificate prepared = _cluster.Certify(VoteKind.Prepare, _cluster.First, block, 0, 1, 2);
        List<Effect> effects = _cluster.Step(1, new LockCall(_cluster.First, Cluster.Id(1), prepared) { From = 0 });
        effects.Select(effect => effect.GetType()).Should().Equal(typeof(Persist), typeof(CastVote));
        _cluster[1].Lock.Should().BeSameAs(prepared);
    }

    [Fact]
    public void Rule_6_a_commit_covers_all_ancestors()
    {
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first), third = _cluster.Block(3, second);
        _cluster.Propose(_cluster.First, 1, first, _promises, 1);
        _cluster.Propose(_cluster.First, 1, second, null, 1);
        _cluster.Propose(_cluster.First, 1, third, null, 1);
        Certificate committed = _cluster.Certify(VoteKind.Commit, _cluster.First, third, 0, 2, 3);
        _cluster.Step(1, new DecideCall(committed) { From = 0 }).OfType<Commit>().Single().Blocks.Should().Equal(first, second, third);
    }

    [Fact]
    public void A_block_known_only_by_its_commit_certificate_is_never_voted_for()
    {
        // Found by the simulation: it was on the accepted chain, so a repeated call for it was answered with a vote.
        BlockInfo mine = _cluster.Block(1, _cluster.Genesis), theirs = _cluster.Block(2, _cluster.Genesis);
        _cluster.Propose(_cluster.First, 1, mine, _promises, 1).Should().ContainSingle();
        _cluster.Step(1, new DecideCall(_cluster.Certify(VoteKind.Commit, _cluster.First, theirs, 0, 2, 3)) { From = 0 });
        _cluster.Propose(_cluster.First, 1, theirs, _promises, 1).Should().BeEmpty("it has voted for another block at this epoch and height");
        _cluster.ShowPrepared(_cluster.First, 1, _cluster.Certify(VoteKind.Prepare, _cluster.First, theirs, 0, 2, 3), 1).Should().BeEmpty();
    }

    [Fact]
    public void Rule_10_above_a_stop_sign_only_the_next_configuration_builds_and_only_once_it_is_committed()
    {
        BlockInfo sign = _cluster.Block(1, _cluster.Genesis, isStop: true);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, sign, _promises, 0, 1, 2));
        BlockInfo same = _cluster.Block(2, sign) with { Config = 1 };
        _cluster.Step(1, _cluster.Proposal(_cluster.First, 1, same, null));
        _cluster.Step(1, new Executed(same, Verdict.Ok)).Nacked().Should().Be(NackReason.InvalidBlock);

        Certificate committed = _cluster.Join(_cluster.ShowPrepared(_cluster.First, 1, prepared, 0, 1, 2));
        for (int member = 0; member < 4; member++)
        {
            _cluster.Step(member, new DecideCall(committed) { From = 0 });
            if (member == 3) _cluster.Step(member, new Executed(sign, Verdict.Ok));
            _cluster[member].Config.Should().Be(2);
        }
        var next = new Epoch(2, 0);
        Promise[] promises = [.. Enumerable.Range(0, 3).Select(member =>
            _cluster.Keys.Sign(_cluster.Step(member, new NewEpochCall(next, Cluster.Id(9), [], null) { Config = 2, From = 0 }).Sent<PromiseAnswer>().Single().Promise))];
        _cluster.Propose(next, 9, _cluster.Block(3, sign), promises, 1).Single().Vote.Epoch.Should().Be(next);
    }
}
