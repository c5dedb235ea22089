using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

public sealed class PromiseTests
{
    private readonly Cluster _cluster = new(4);

    [Fact]
    public void Rule_2_a_promise_is_persisted_before_it_is_sent()
    {
        List<Effect> effects = _cluster.Step(2, _cluster.NewEpoch(_cluster.First, 1));
        int persisted = effects.FindIndex(effect => effect is Persist { Record: Promised });
        int sent = effects.FindIndex(effect => effect is Send { Message: PromiseAnswer });
        persisted.Should().BeGreaterThanOrEqualTo(0);
        sent.Should().BeGreaterThan(persisted);
    }

    [Fact]
    public void Rule_2_the_first_epoch_needs_no_complaints_and_the_second_does()
    {
        _cluster.Step(2, _cluster.NewEpoch(_cluster.First, 1)).Sent<PromiseAnswer>().Should().ContainSingle();
        NewEpochCall second = _cluster.NewEpoch(_cluster.First.Next, 2);
        _cluster.Step(2, second with { Complaints = [] }).Nacked().Should().Be(NackReason.NoComplaints);
        _cluster.Step(2, second with { Complaints = second.Complaints[..2] }).Nacked().Should().Be(NackReason.NoComplaints);
        _cluster.Step(2, second with { Complaints = [second.Complaints[0], second.Complaints[1], second.Complaints[1]] }).Nacked().Should().Be(NackReason.NoComplaints);
        _cluster.Step(2, second).Sent<PromiseAnswer>().Should().ContainSingle();
    }

    [Fact]
    public void Rule_2_complaints_of_a_lower_epoch_open_nothing_and_forged_ones_neither()
    {
        Epoch third = _cluster.First.Next.Next;
        var call = new NewEpochCall(third, Cluster.Id(3), _cluster.Complaints(_cluster.First), null) { From = _cluster.LeaderOf(third) };
        _cluster.Step(1, call).Nacked().Should().Be(NackReason.NoComplaints);
        Complaint[] forged = [.. _cluster.Complaints(_cluster.First.Next).Select(complaint => complaint with { Signature = new byte[8] })];
        _cluster.Step(1, call with { Complaints = forged }).Nacked().Should().Be(NackReason.NoComplaints);
    }

    [Fact]
    public void Rule_2_a_hand_over_of_the_leader_before_opens_the_next_epoch()
    {
        Epoch second = _cluster.First.Next;
        HandOver handOver = _cluster.Keys.Sign(new HandOver(0, _cluster.First, _cluster.LeaderOf(_cluster.First), _cluster.LeaderOf(second), []));
        var call = new NewEpochCall(second, Cluster.Id(2), [], handOver) { From = _cluster.LeaderOf(second) };
        _cluster.Step(3, call with { HandOver = _cluster.Keys.Sign(handOver with { Member = 2 }) }).Nacked().Should().Be(NackReason.NoComplaints);
        _cluster.Step(3, call).Sent<PromiseAnswer>().Should().ContainSingle();
    }

    [Fact]
    public void Rule_2_only_the_member_whose_turn_it_is_gets_a_promise()
    {
        NewEpochCall call = _cluster.NewEpoch(_cluster.First, 1) with { From = 3 };
        _cluster.Step(2, call).Nacked().Should().Be(NackReason.NotYours);
    }

    [Fact]
    public void Two_activations_cannot_share_an_epoch()
    {
        _cluster.Step(2, _cluster.NewEpoch(_cluster.First, 1)).Sent<PromiseAnswer>().Should().ContainSingle();
        _cluster.Step(2, _cluster.NewEpoch(_cluster.First, 2)).Nacked().Should().Be(NackReason.OtherLeader);
    }

    [Fact]
    public void The_same_epoch_and_leader_id_get_the_same_promise_again()
    {
        Promise first = _cluster.Open(_cluster.First, 1, 0, 1, 2)[2];
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Promise[] promises = [.. Enumerable.Range(0, 3).SelectMany(member => _cluster.Open(_cluster.First, 1, member))];
        SignedVote[] votes = _cluster.Propose(_cluster.First, 1, block, promises, 0, 1, 2);
        _cluster.ShowPrepared(_cluster.First, 1, _cluster.Join(votes), 2);
        Promise again = _cluster.Open(_cluster.First, 1, 2)[0];
        again.Lock.Should().BeNull("what it locked since then is not part of that promise");
        again.LeaderId.Should().Be(first.LeaderId);
    }

    [Fact]
    public void A_promise_fences_off_lower_epochs()
    {
        Promise[] old = _cluster.Open(_cluster.First, 1, 0, 1, 2);
        _cluster.Open(_cluster.First.Next, 2, 2);
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        _cluster.Step(2, _cluster.Proposal(_cluster.First, 1, block, old)).Nacked().Should().Be(NackReason.PromisedHigher);
        Certificate prepared = _cluster.Certify(VoteKind.Prepare, _cluster.First, block, 0, 1, 2);
        _cluster.Step(2, new LockCall(_cluster.First, Cluster.Id(1), prepared) { From = 0 }).Nacked().Should().Be(NackReason.PromisedHigher);
        _cluster.Step(2, _cluster.NewEpoch(_cluster.First, 1)).Nacked().Should().Be(NackReason.PromisedHigher);
    }

    [Fact]
    public void Rule_2_a_commit_certificate_lets_in_its_epoch_and_its_block_becomes_the_last_accepted()
    {
        Epoch later = _cluster.First with { Counter = 5 };
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first);
        Certificate committed = _cluster.Certify(VoteKind.Commit, later, first, 0, 1, 2);
        List<Effect> effects = _cluster.Step(3, new DecideCall(committed) { From = 1 });
        effects.OfType<Persist>().Select(persist => persist.Record.GetType().Name).Should().Equal(nameof(Entered), nameof(CommitKnown));
        effects.OfType<Fetch>().Single().Block.Should().Be(first.Hash);
        _cluster[3].Promised.Should().Be(later);
        _cluster.Step(3, new Executed(first, Verdict.Ok)).OfType<Commit>().Single().Blocks.Should().Equal(first);

        // The leader's id comes from q promises.
        _cluster.Step(3, _cluster.Proposal(later, 7, second, null)).Nacked().Should().Be(NackReason.Behind);
        Promise[] promises = [.. Enumerable.Range(0, 3).Select(member => _cluster.Keys.Sign(new Promise(0, later, Cluster.Id(7), member, null, null, [])))];
        _cluster.Propose(later, 7, second, promises, 3).Should().ContainSingle();
    }

    [Fact]
    public void Rule_8_a_promise_reports_the_newest_certificate_even_before_its_block_is_here()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Certificate committed = _cluster.Certify(VoteKind.Commit, _cluster.First, block, 0, 1, 2);
        _cluster.Step(3, new DecideCall(committed) { From = 0 });
        _cluster.Open(_cluster.First.Next, 2, 3)[0].Committed.Should().BeSameAs(committed);
    }
}
