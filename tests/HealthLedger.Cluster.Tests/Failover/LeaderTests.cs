using System.Diagnostics;
using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cluster.Tests.Failover;

/// <summary>Leaders that die, and members that have two actors for one shard (PROTOCOL section 4).</summary>
public sealed class LeaderTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Commits_go_on_after_the_leaders_member_is_killed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat first = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await first.PatientAsync("4711");
        await first.DepositAsync(patient, 0, 4);
        int shard = first.Client.Network.ShardOf(patient), leader = cluster.Network.Member(0)!.Replica.LeaderOf(shard), other = (leader + 1) % cluster.Count;
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        Seat hospital = await cluster.SeatAsync(other, cluster.Hospital);
        await hospital.Directory.GetAsync(patient);

        await cluster.KillAsync(leader);
        long since = Stopwatch.GetTimestamp();
        IReadOnlyList<DepositedRecord> after = await hospital.DepositAsync(patient, 100, 4);
        output.WriteLine($"the next commit came {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after the leader's member was killed");

        after.Should().OnlyContain(record => record.Kind == DepositKind.Added);
        cluster.Network.Member(other)!.Replica.LeaderOf(shard).Should().NotBe(leader);
        await cluster.RestartAsync(leader);
        await cluster.UntilVotingAsync();
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        Enumerable.Range(0, cluster.Count).Select(member => cluster.Fingerprint(member, shard)).Distinct().Should().HaveCount(1);
    }

    [Fact]
    public async Task Every_leader_in_turn_may_die_while_records_go_in()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
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
    public async Task Two_activations_of_one_shard_actor_at_once_make_one_chain()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
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
        for (int each = 0; each <= cluster.Network.Genesis.Shards; each++)
            Enumerable.Range(0, cluster.Count).Select(member => cluster.Fingerprint(member, each)).Distinct().Should().HaveCount(1);
        TestCluster.Good(await seats[2].Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(cluster.Count * 40).And.OnlyHaveUniqueItems(record => record.RecordId);
        foreach (LedgerShardActor actor in second) await actor.DisposeAsync();
    }

    private static async Task<IReadOnlyList<DepositedRecord>> DepositManyAsync(Seat seat, LedgerDid patient, int first)
    {
        List<DepositedRecord> all = [];
        for (int i = 0; i < 10; i++) all.AddRange(await seat.DepositAsync(patient, first + i * 4, 4));
        return all;
    }

    // Now this actor, now that one is the one that the validator calls, in the middle of everything.
    private static async Task FlapAsync(TestCluster cluster, int shard, LedgerShardActor[] second, CancellationToken end)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(40));
        for (int turn = 0; !end.IsCancellationRequested; turn++)
        {
            for (int member = 0; member < second.Length; member++)
            {
                StandaloneMember up = cluster.Network.Member(member)!;
                up.Replica.SetLeader(shard, (turn + member) % 2 == 0 ? second[member] : up.Shard(shard));
            }
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
        for (int member = 0; member < second.Length; member++) cluster.Network.Member(member)!.Replica.SetLeader(shard, cluster.Network.Member(member)!.Shard(shard));
    }
}
