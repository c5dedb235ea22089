using HealthLedger.Consensus.Effects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Reconfiguration;

/// <summary>Members that come, go and change their keys while clients write (PROTOCOL section 4, rules 9 and 10).</summary>
public sealed class MembershipTests
{
    [Fact]
    public async Task A_fifth_member_joins_under_load_and_its_vote_counts()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        await load.UntilMoreAsync(20);
        int joiner = test.Network.AddMember("Lakeside Hospital");
        (await test.Network.StartMemberAsync(joiner)).IsOk.Should().BeTrue();

        Configuration next = await council.DecideAsync([0, 1, 2, 3, joiner], null, joiner);
        next.Q.Should().Be(4);
        await test.Network.StopMemberAsync(0);
        await load.UntilMoreAsync(20);

        await test.Network.StartMemberAsync(0);
        await EveryoneHasAllAsync(test, load, [0, 1, 2, 3, joiner]);
    }

    [Fact]
    public async Task A_member_that_leaves_follows_to_the_end_and_its_vote_counts_no_more()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using (SteadyLoad load = new(test))
        {
            await load.UntilMoreAsync(20);
            await council.DecideAsync([0, 1, 2]);
            await load.UntilMoreAsync(20);
            await TestNetwork.UntilAsync(() => test.Network.Member(3)!.Replica.MayRetire, council.Describe);
            await EveryoneHasAllAsync(test, load, [0, 1, 2]);
            Hash32 early = load.Acknowledged.Last(each => each.Shard == 1).Id;
            test.Network.Member(3)!.Replica.Find(1, early).Should().NotBeNull("what it held it goes on telling");
        }
        Replica left = test.Network.Member(3)!.Replica;
        left.Member.Should().Be(-1);
        (await test.SubmitAsync(3, test.NewPatients(test.Network.Organizations[0], 1))).Fault.Code.Should().Be(FaultCode.Unavailable);

        // Two of three vote. With one of them, and the one that has left, nothing is decided.
        await test.Network.StopMemberAsync(1);
        await test.Network.StopMemberAsync(2);
        Submission lonely = test.NewPatients(test.Network.Organizations[0], 2);
        Task<Result<CommittedStatement>> answer = test.Network.Member(0)!.Shard(2).SubmitAsync(new SubmissionEnvelope(lonely.Encode(), []));
        await TestNetwork.UntilAsync(() => test.Network.Member(0)!.Replica.Health.Shards[2].Epoch.Counter >= 0, "it is tried");
        (await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(2)))).Should().NotBe(answer);
        await test.Network.StartMemberAsync(1);
        (await answer.WaitAsync(TimeSpan.FromSeconds(30))).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_member_that_lost_its_disk_follows_until_its_new_key_is_decided()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        await load.UntilMoreAsync(20);
        await test.Network.KillMemberAsync(2);
        test.Network.LoseDisk(2);
        await load.UntilMoreAsync(20);
        (await test.Network.StartMemberAsync(2)).IsOk.Should().BeTrue();
        await TestNetwork.UntilAsync(() => test.Network.Member(2)!.Replica.IsLevel, council.Describe);
        test.Network.Member(2)!.Replica.Health.Shards.Should().OnlyContain(shard => shard.Mode == ReplicaMode.Following);

        await council.DecideAsync([0, 1, 2, 3]);
        await test.Network.StopMemberAsync(0);
        await load.UntilMoreAsync(20);

        await test.Network.StartMemberAsync(0);
        await EveryoneHasAllAsync(test, load, [0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_member_changes_its_key_without_stopping()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        Replica rotating = test.Network.Member(1)!.Replica;
        test.Network.AddValidatorKey(1);

        Configuration next = await council.DecideAsync([0, 1, 2, 3]);
        next.ValidatorKeys[1].Should().NotBe(test.Network.Genesis.Configuration.ValidatorKeys[1]);
        test.Network.Member(1)!.Replica.Should().BeSameAs(rotating);
        await test.Network.StopMemberAsync(0);
        await load.UntilMoreAsync(20);
        await test.Network.StartMemberAsync(0);
        await test.Network.StopMemberAsync(1);
        await test.Network.StartMemberAsync(1);
        await council.UntilInForceAsync(next);

        await EveryoneHasAllAsync(test, load, [0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_member_that_slept_through_several_configurations_comes_back()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        await load.UntilMoreAsync(10);
        await test.Network.KillMemberAsync(3);
        for (int i = 0; i < 3; i++)
        {
            test.Network.AddValidatorKey(i);
            await council.DecideAsync([0, 1, 2, 3]);
        }

        (await test.Network.StartMemberAsync(3)).IsOk.Should().BeTrue();
        await council.UntilInForceAsync(council.Newest);
        council.Newest.Number.Should().Be(3);
        await EveryoneHasAllAsync(test, load, [0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_whole_network_that_was_switched_off_goes_on_in_its_last_configuration()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        int joiner = test.Network.AddMember("Lakeside Hospital");
        (await test.Network.StartMemberAsync(joiner)).IsOk.Should().BeTrue();
        Configuration next = await council.DecideAsync([1, 2, 3, joiner], null, joiner);
        await test.Network.DisposeAsync();

        await test.OpenAsync(4);
        Council again = new(test);
        await again.UntilInForceAsync(next);
        Submission late = test.NewPatients(test.Network.Organizations[0], 3);
        (await test.SubmitAsync(joiner, late)).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_power_cut_in_the_middle_of_a_change_loses_nothing()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        SteadyLoad load = new(test);
        await load.UntilMoreAsync(20);
        test.Network.AddValidatorKey(1);
        Configuration next = await new Council(test).ProposeAsync([3, 0, 1, 2]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(test.Network.KillMemberAsync));
        await load.StopAsync();
        await test.Network.DisposeAsync();

        await test.OpenAsync(4);
        await new Council(test).UntilInForceAsync(next);
        await EveryoneHasAllAsync(test, load, [0, 1, 2, 3]);
        (await test.SubmitAsync(2, test.NewPatients(test.Network.Organizations[0], 1))).IsOk.Should().BeTrue();
        await load.DisposeAsync();
    }

    [Fact]
    public async Task A_member_that_left_may_come_back()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        await council.DecideAsync([0, 1, 2]);
        await load.UntilMoreAsync(10);
        await council.DecideAsync([3, 2, 1, 0]);
        test.Network.Member(3)!.Replica.Member.Should().Be(0);
        await test.Network.StopMemberAsync(0);
        await load.UntilMoreAsync(10);
        await test.Network.StartMemberAsync(0);
        await EveryoneHasAllAsync(test, load, [0, 1, 2, 3]);
    }

    private static async Task EveryoneHasAllAsync(TestNetwork test, SteadyLoad load, int[] members)
    {
        await load.StopAsync();
        await test.UntilLevelAsync(members);
        foreach (int member in members)
            foreach ((int shard, Hash32 id) in load.Acknowledged) test.Network.Member(member)!.Replica.Find(shard, id).Should().NotBeNull();
        for (int shard = 0; shard <= test.Network.Genesis.Shards; shard++) await test.UntilSameAsync(shard, members);
    }
}
