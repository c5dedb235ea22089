using HealthLedger.Actors.Network;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Tests.Network;

/// <summary>Members that stop, crash and come back (PROTOCOL section 4).</summary>
public sealed class ResilienceTests
{
    [Fact]
    public async Task Replicas_at_equal_height_are_byte_identical()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        await SubmitManyAsync(test, 48, [0, 1, 2, 3]);

        await test.UntilLevelAsync(0, 1, 2, 3);

        for (int shard = 0; shard <= test.Network.Genesis.Shards; shard++)
            await test.UntilSameAsync(shard, 0, 1, 2, 3);
    }

    [Fact]
    public async Task Commits_go_on_when_the_leader_is_killed()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        (await test.SubmitAsync(0, test.NewPatients(Steward(test), shard: 1))).IsOk.Should().BeTrue();
        int leader = test.Network.Member(0)!.Replica.LeaderOf(1), other = (leader + 1) % 4;

        await test.Network.KillMemberAsync(leader);
        Result<CommittedStatement> committed = await test.SubmitAsync(other, test.NewPatients(Steward(test), shard: 1));

        committed.Fault.Code.Should().Be(FaultCode.None);
        test.Network.Member(other)!.Replica.LeaderOf(1).Should().NotBe(leader);
    }

    [Fact]
    public async Task A_member_that_was_down_catches_up_and_votes_again()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        await test.Network.StopMemberAsync(3);
        for (int i = 0; i < 6; i++) await SubmitManyAsync(test, 24, [0, 1, 2]);

        (await test.Network.StartMemberAsync(3)).IsOk.Should().BeTrue();
        await TestNetwork.UntilAsync(() => test.Network.Member(3)!.Replica.Health.IsVoting, "the member votes again");
        await SubmitManyAsync(test, 8, [0, 1, 2]);
        await test.UntilLevelAsync(0, 1, 2, 3);
        await test.Network.StopMemberAsync(0);

        // Three are needed for every vote now, so it must vote too.
        await SubmitManyAsync(test, 8, [3]);
        await test.UntilLevelAsync(1, 2, 3);
        for (int shard = 0; shard <= 4; shard++) await test.UntilSameAsync(shard, 1, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Nothing_acknowledged_is_lost_when_all_members_are_killed(int members)
    {
        await using TestNetwork test = await TestNetwork.StartAsync(members);
        List<CommittedStatement> acknowledged = [];
        for (int round = 0; round < 3; round++)
        {
            Task submitting = SubmitUntilGoneAsync(test, members, acknowledged);
            await TestNetwork.UntilAsync(() => Volatile.Read(ref _count) >= 10 * (round + 1), "statements are committed");
            for (int member = 0; member < members; member++) await test.Network.KillMemberAsync(member);
            await submitting;
            await test.Network.DisposeAsync();
            await test.OpenAsync(members);
            await TestNetwork.UntilAsync(() => acknowledged.All(statement => test.Network.Member(0)!.Shard(statement.Shard).Find(statement.StatementId)?.StatementLeaf == statement.StatementLeaf),
                "every acknowledged statement is where it was said to be");
        }
        (await test.SubmitAsync(0, test.NewPatients(Steward(test), shard: 2))).IsOk.Should().BeTrue();
    }

    private static OrganizationKeys Steward(TestNetwork test) => test.Network.Organizations[0];

    private static async Task SubmitManyAsync(TestNetwork test, int count, int[] members)
    {
        Task<Result<CommittedStatement>>[] all = [.. Enumerable.Range(0, count).Select(i => test.SubmitAsync(members[i % members.Length], test.NewPatients(Steward(test), 1 + i % 4)))];
        foreach (Result<CommittedStatement> committed in await Task.WhenAll(all)) committed.Fault.Code.Should().Be(FaultCode.None);
    }

    private async Task SubmitUntilGoneAsync(TestNetwork test, int members, List<CommittedStatement> acknowledged)
    {
        for (int i = 0; ; i++)
        {
            if (test.Network.Member(i % members) is not { } up) return;
            Submission submission = test.NewPatients(Steward(test), 1 + i % 4);
            Result<CommittedStatement> committed = await up.Shard(submission.Statement.Shard).SubmitAsync(new SubmissionEnvelope(submission.Encode(), []));
            if (!committed.IsOk) return;
            acknowledged.Add(committed.Value);
            Interlocked.Increment(ref _count);
        }
    }

    private int _count;
}
