using System.Diagnostics;
using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cluster.Tests.Stories;

/// <summary>What four members' actors do together, whichever host runs them: told by the SDK, through the doors that the host gives.</summary>
public abstract class MemberStory(ITestOutputHelper output)
{
    private protected abstract Task<IStoryCluster> StartAsync();

    [Fact]
    public async Task What_is_deposited_at_one_member_is_read_at_another_by_who_was_granted_it_until_it_is_revoked()
    {
        await using IStoryCluster cluster = await StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 6);
        ConsentClient consents = hospital.ConsentFor(patient);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await consents.GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 3_600_000)));
        await cluster.UntilLevelAsync(0, 1, 2, 3);

        Seat clinic = await cluster.SeatAsync(1, cluster.Clinic);
        TestCluster.Good(await clinic.Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(6);
        TestCluster.Good(await consents.RevokeAsync(grant));
        (await clinic.Reader.AccessAsync(Seat.Access(patient))).Fault.Code.Should().Be(FaultCode.GrantRevoked);
        (await hospital.LogAsync(patient)).Should().HaveCountGreaterThanOrEqualTo(2, "the access and the attempt are both in the log");
    }

    [Fact]
    public async Task A_grant_ends_by_itself_and_its_closing_entry_comes_once()
    {
        await using IStoryCluster cluster = await StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 2);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 2_000)));

        await Waiting.UntilAsync(
            async () => await hospital.ConsentFor(patient).ListAsync() is { IsOk: true, Value: var grants } && grants.Any(state => state.Grant == grant && state.EndedAt >= now + 2_000),
            "the grant is closed");
        Seat clinic = await cluster.SeatAsync(1, cluster.Clinic);
        (await Waiting.EventuallyAsync(async () => (await clinic.Reader.DecideAsync([Seat.Access(patient)]))[0])).Denial.Code.Should().Be(FaultCode.GrantEnded);
    }

    [Fact]
    public async Task Commits_go_on_after_the_leaders_member_is_killed()
    {
        await using IStoryCluster cluster = await StartAsync();
        Seat first = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await first.PatientAsync("4711");
        await first.DepositAsync(patient, 0, 4);
        int shard = first.Client.Network.ShardOf(patient), leader = cluster.Network.Member(0)!.Replica.LeaderOf(shard), other = (leader + 1) % cluster.Count;
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        Seat hospital = await cluster.SeatAsync(other, cluster.Hospital);
        await hospital.Directory.GetAsync(patient);

        long since = Stopwatch.GetTimestamp();
        Task killing = cluster.KillAsync(leader);
        IReadOnlyList<DepositedRecord> after = await hospital.DepositAsync(patient, 100, 4);
        double milliseconds = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        await killing;
        output.WriteLine($"the next commit came {milliseconds:0} ms after the leader's member began to be killed");

        after.Should().OnlyContain(record => record.Kind == DepositKind.Added);
        cluster.Network.Member(other)!.Replica.LeaderOf(shard).Should().NotBe(leader);
        await cluster.RestartAsync(leader);
        await cluster.UntilVotingAsync();
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        ShouldBeOneChain(cluster, shard);
    }

    [Fact]
    public async Task Every_leader_in_turn_may_die_while_records_go_in()
    {
        await using IStoryCluster cluster = await StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        int shard = hospital.Client.Network.ShardOf(patient), deposited = 0;
        for (int round = 0; round < 4; round++)
        {
            int leader = cluster.Network.Member(0)!.Replica.LeaderOf(shard);
            // The way in is a member that lives.
            Seat seat = await cluster.SeatAsync((leader + 1) % cluster.Count, cluster.Hospital);
            Task<IReadOnlyList<DepositedRecord>> under = seat.DepositAsync(patient, deposited, 16);
            await cluster.KillAsync(leader);
            (await under).Should().OnlyContain(record => record.Kind == DepositKind.Added || record.Kind == DepositKind.Existing);
            deposited += 16;
            await cluster.RestartAsync(leader);
            await cluster.UntilVotingAsync();
            await cluster.UntilLevelAsync(0, 1, 2, 3);
        }
        TestCluster.Good(await (await cluster.SeatAsync(3, cluster.Hospital)).Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(deposited);
    }

    [Fact]
    public async Task A_member_that_stops_in_good_order_hands_its_shards_over()
    {
        await using IStoryCluster cluster = await StartAsync();
        Seat first = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await first.PatientAsync("4711");
        await first.DepositAsync(patient, 0, 4);
        int shard = first.Client.Network.ShardOf(patient), leader = cluster.Network.Member(0)!.Replica.LeaderOf(shard), other = (leader + 1) % cluster.Count;
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        Seat hospital = await cluster.SeatAsync(other, cluster.Hospital);
        await hospital.Directory.GetAsync(patient);

        Task stopping = cluster.StopAsync(leader);
        long since = Stopwatch.GetTimestamp();
        IReadOnlyList<DepositedRecord> during = await hospital.DepositAsync(patient, 100, 4);
        output.WriteLine($"a commit came {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after the leader's member was asked to stop");
        await stopping;

        during.Should().OnlyContain(record => record.Kind == DepositKind.Added);
        (await hospital.DepositAsync(patient, 200, 4)).Should().OnlyContain(record => record.Kind == DepositKind.Added);
        cluster.Network.Member(other)!.Replica.LeaderOf(shard).Should().NotBe(leader);
    }

    [Fact]
    public async Task Two_activations_of_one_shard_actor_at_once_make_one_chain()
    {
        await using IStoryCluster cluster = await StartAsync();
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        int shard = hospital.Client.Network.ShardOf(patient);

        // Every member gets a second actor for the shard, which takes the first one's place with the validator; both go on.
        LedgerShardActor[] second = [.. Enumerable.Range(0, cluster.Count).Select(member => new LedgerShardActor(cluster.Network.Member(member)!.Replica, shard, new LedgerShardOptions(), random))];
        using CancellationTokenSource end = new();
        Task flapping = FlapAsync(cluster, shard, second, end.Token);
        Seat[] seats = await Task.WhenAll(Enumerable.Range(0, cluster.Count).Select(member => cluster.SeatAsync(member, cluster.Hospital)));
        IReadOnlyList<DepositedRecord>[] done = await Task.WhenAll(seats.Select((seat, i) => DepositManyAsync(seat, patient, i * 1_000)));
        await end.CancelAsync();
        await flapping;

        done.SelectMany(records => records).Should().OnlyContain(record => record.Kind == DepositKind.Added).And.HaveCount(cluster.Count * 40);
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        for (int each = 0; each <= cluster.Network.Genesis.Shards; each++) ShouldBeOneChain(cluster, each);
        TestCluster.Good(await seats[2].Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(cluster.Count * 40).And.OnlyHaveUniqueItems(record => record.RecordId);
        foreach (LedgerShardActor actor in second) await actor.DisposeAsync();
    }

    private static void ShouldBeOneChain(IStoryCluster cluster, int shard) =>
        Enumerable.Range(0, cluster.Count).Select(member => cluster.Fingerprint(member, shard)).Distinct().Should().HaveCount(1);

    private static async Task<IReadOnlyList<DepositedRecord>> DepositManyAsync(Seat seat, LedgerDid patient, int first)
    {
        List<DepositedRecord> all = [];
        for (int i = 0; i < 10; i++) all.AddRange(await seat.DepositAsync(patient, first + i * 4, 4));
        return all;
    }

    // Now this actor, now that one is the one that the validator calls, in the middle of everything.
    private static async Task FlapAsync(IStoryCluster cluster, int shard, LedgerShardActor[] second, CancellationToken end)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(40));
        for (int turn = 0; !end.IsCancellationRequested; turn++)
        {
            for (int member = 0; member < second.Length; member++)
                cluster.Network.Member(member)!.Replica.SetLeader(shard, (turn + member) % 2 == 0 ? second[member] : cluster.ShardOf(member, shard));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
        for (int member = 0; member < second.Length; member++) cluster.Network.Member(member)!.Replica.SetLeader(shard, cluster.ShardOf(member, shard));
    }
}
