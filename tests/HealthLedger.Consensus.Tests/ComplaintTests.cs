using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

public sealed class ComplaintTests
{
    private readonly Cluster _cluster = new(4);

    [Fact]
    public void Rule_1_a_replica_complains_half_a_second_after_something_began_to_wait_and_repeats_it()
    {
        _cluster.Wait(1, 60_000).Sent<ComplainCall>().Should().BeEmpty("nothing waits");
        _cluster.Step(1, new WaitingSince(_cluster.Time));
        _cluster.Wait(1, 400).Sent<ComplainCall>().Should().BeEmpty("a quiet minute before does not count");
        _cluster.Wait(1, 2_100).Sent<ComplainCall>().Should().HaveCount(4).And.OnlyContain(call => call.Complaint.Epoch == _cluster.First);
        _cluster.Step(1, new WaitingSince(null));
        _cluster.Wait(1, 2_000).Sent<ComplainCall>().Should().BeEmpty();
    }

    [Fact]
    public void Rule_1_the_time_doubles_with_each_epoch_without_a_commit_up_to_eight_seconds()
    {
        _cluster.Step(1, new WaitingSince(_cluster.Time));
        var waited = new List<long>();
        for (long counter = 0; counter < 6; counter++)
        {
            Epoch epoch = _cluster.First with { Counter = counter };
            long since = _cluster.Time;
            while (!_cluster.Step(1, new Tick()).Sent<ComplainCall>().Any(call => call.Complaint.Epoch == epoch)) _cluster.Time += 100;
            waited.Add(_cluster.Time - since);
            foreach (Complaint complaint in _cluster.Complaints(epoch)) _cluster.Step(1, new ComplainCall(complaint) { From = complaint.Member });
        }
        waited.Should().Equal([500, 2 * 1_000, 2_000, 4_000, 8_000, 2 * 8_000], "of its own epochs, 1 and 5, it complains after the others");
    }

    [Fact]
    public void Rule_1_a_complaint_of_f_plus_1_members_is_joined_and_one_of_f_is_not()
    {
        Epoch far = _cluster.First with { Counter = 7 };
        Complaint[] complaints = _cluster.Complaints(far);
        _cluster.Step(3, new ComplainCall(complaints[1]) { From = 1 }).Sent<ComplainCall>().Should().BeEmpty();
        _cluster.Step(3, new ComplainCall(complaints[2]) { From = 2 }).Sent<ComplainCall>().Single().Complaint.Epoch.Should().Be(far);
    }

    [Fact]
    public void Rule_1_a_leader_that_complains_of_its_own_epoch_is_joined_at_once()
    {
        Complaint own = _cluster.Complaints(_cluster.First)[0];
        _cluster.Step(3, new ComplainCall(own) { From = 0 }).Sent<ComplainCall>().Single().Complaint.Epoch.Should().Be(_cluster.First);
        _cluster.Step(3, new ComplainCall(own) { From = 0 }).Sent<ComplainCall>().Should().BeEmpty();
    }

    [Fact]
    public void Rule_1_a_leader_ends_its_own_epoch_only_however_far_it_complains()
    {
        Complaint far = _cluster.Keys.Sign(new Complaint(0, _cluster.First with { Counter = 1L << 50 }, 0, []));
        _cluster.Step(3, new ComplainCall(far) { From = 0 }).Sent<ComplainCall>().Single().Complaint.Epoch.Should().Be(_cluster.First);
    }

    [Fact]
    public void Rule_1_a_leader_that_restarted_repeats_its_complaint_until_somebody_hears_it()
    {
        var log = new Log.VoteLog(_cluster.First);
        log.Apply(new Log.Promised(new Promise(0, _cluster.First, Cluster.Id(1), 0, null, null, [])));
        _cluster[0] = _cluster.Started(0, log, _cluster.Genesis, out List<Effect> effects);
        effects.Sent<ComplainCall>().Single().Complaint.Epoch.Should().Be(_cluster.First);
        _cluster.Wait(0, 1_100).Sent<ComplainCall>().Should().HaveCount(2);
    }

    [Fact]
    public void Rule_1_a_liar_cannot_burn_counters()
    {
        Complaint far = _cluster.Keys.Sign(new Complaint(0, _cluster.First with { Counter = 1L << 50 }, 2, []));
        _cluster.Step(3, new ComplainCall(far) { From = 2 }).Sent<ComplainCall>().Should().BeEmpty();
        foreach (Complaint complaint in _cluster.Complaints(_cluster.First).Take(2)) _cluster.Step(3, new ComplainCall(complaint) { From = complaint.Member });
        _cluster[3].Leader.Should().Be(_cluster.LeaderOf(_cluster.First.Next), "the third highest complaint counts");
    }

    [Fact]
    public void Rule_1_complaints_of_q_members_let_the_next_member_lead_and_go_on_past_a_dead_one()
    {
        foreach (Complaint complaint in _cluster.Complaints(_cluster.First)) _cluster.Step(1, new ComplainCall(complaint) { From = complaint.Member });
        // Nobody came to lead epoch 1.1; its turn is over when q complain of it, too.
        List<Effect> effects = [.. _cluster.Complaints(_cluster.First.Next).SelectMany(complaint => _cluster.Step(2, new ComplainCall(complaint) { From = complaint.Member }))];
        MayLead may = effects.OfType<MayLead>().Single();
        may.Epoch.Should().Be(_cluster.First.Next.Next);
        may.Complaints.Should().HaveCount(3);
    }

    [Fact]
    public void Rule_1_a_leader_that_restarted_complains_of_its_own_epoch_at_once()
    {
        Promise[] promises = _cluster.Open(_cluster.First, 1, 0, 1, 2);
        promises.Should().HaveCount(3);
        _cluster.Started(0, _cluster[0].Log.Copy(), _cluster.Genesis, out List<Effect> effects);
        effects.Sent<ComplainCall>().Single().Complaint.Epoch.Should().Be(_cluster.First);
    }

    [Fact]
    public void Rule_1_censorship_is_complained_of_while_other_blocks_commit()
    {
        Promise[] promises = _cluster.Open(_cluster.First, 1, 0, 1, 2);
        long given = _cluster.Time;
        _cluster.Step(1, new WaitingSince(given));
        BlockInfo at = _cluster.Genesis;
        List<Effect> effects = [];
        for (ulong i = 1; _cluster.Time < given + 3_500; i++)
        {
            at = _cluster.Block(i, at);
            _cluster.Propose(_cluster.First, 1, at, i == 1 ? promises : null, 1);
            _cluster.Step(1, new DecideCall(_cluster.Certify(VoteKind.Commit, _cluster.First, at, 0, 2, 3)) { From = 0 });
            effects.AddRange(_cluster.Wait(1, 300));
        }
        effects.Sent<ComplainCall>().Should().NotBeEmpty("others' blocks commit, this member's statement does not");
    }

    [Fact]
    public void A_lock_that_can_never_be_a_base_again_is_not_waited_for()
    {
        // Found by reading a transcript: the member complained for ever, and with f = 0 the others join each complaint.
        BlockInfo first = _cluster.Block(1, _cluster.Genesis), second = _cluster.Block(2, first), other = _cluster.Block(3, _cluster.Genesis);
        Promise[] promises = _cluster.Open(_cluster.First, 1, 0, 1, 2);
        _cluster.Propose(_cluster.First, 1, first, promises, 0, 1, 2);
        Certificate prepared = _cluster.Join(_cluster.Propose(_cluster.First, 1, second, null, 0, 1, 2));
        _cluster.ShowPrepared(_cluster.First, 1, prepared, 1).Should().ContainSingle();
        _cluster.Step(1, new DecideCall(_cluster.Certify(VoteKind.Commit, _cluster.First.Next, other, 0, 2, 3)) { From = 2 });
        _cluster.Step(1, new Executed(other, Verdict.Ok)).OfType<Commit>().Should().ContainSingle();
        _cluster.Wait(1, 20_000).Sent<ComplainCall>().Should().BeEmpty();
    }

    [Fact]
    public void A_complaint_is_answered_with_the_newest_commit_certificate()
    {
        BlockInfo block = _cluster.Block(1, _cluster.Genesis);
        Certificate committed = _cluster.Certify(VoteKind.Commit, _cluster.First, block, 0, 1, 2);
        _cluster.Step(1, new DecideCall(committed) { From = 0 });
        Complaint complaint = _cluster.Complaints(_cluster.First)[2];
        _cluster.Step(1, new ComplainCall(complaint) { From = 2 }).Sent<DecideCall>().Single().Committed.Should().BeSameAs(committed);
        _cluster.Step(1, new ComplainCall(complaint) { From = 2 }).Sent<DecideCall>().Should().BeEmpty("not more often than an honest member repeats itself");
    }
}
