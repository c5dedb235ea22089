using System.Diagnostics;
using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Orleans.Tests.World;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Orleans.Tests.Clusters;

/// <summary>Silos that die, come and go under load.</summary>
public sealed class FailoverTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_silo_killed_under_load_loses_nothing_acknowledged_and_no_retrying_client_sees_an_error()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync();
        Seat first = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await first.PatientAsync("4711");
        int shard = first.Client.Network.ShardOf(patient), leader = cluster.Network.Member(0)!.Replica.LeaderOf(shard);
        // Every client prefers another member; one of them the member that dies.
        Load[] loads = [.. await Task.WhenAll(Enumerable.Range(0, cluster.Count).Select(async member => new Load(await cluster.SeatAsync(member, cluster.Hospital), patient, member * 10_000)))];
        using CancellationTokenSource end = new();
        Task[] running = [.. loads.Select(load => load.RunAsync(end.Token))];
        await Waiting.UntilAsync(() => loads.All(load => load.Count >= 2), "every client has had answers");

        long killed = Stopwatch.GetTimestamp();
        Task killing = cluster.KillAsync(leader);
        int[] before = [.. loads.Select(load => load.Count)];
        await Waiting.UntilAsync(() => loads.Where((load, i) => load.Count > before[i] + 1).Any(), "a client has had another answer");
        output.WriteLine($"the first commit came {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:0} ms after the leader's silo began to be killed");
        await Waiting.UntilAsync(() => loads.Where((load, i) => load.Count > before[i] + 1).Count() == loads.Length, "every client has had another answer");
        output.WriteLine($"every client, also the dead silo's, had another {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:0} ms after");
        await killing;
        await end.CancelAsync();
        await Task.WhenAll(running);
        output.WriteLine($"{loads.Sum(load => load.Count)} acknowledged, {loads.Sum(load => load.Errors.Count)} errors, the longest wait {loads.Max(load => load.Longest).TotalMilliseconds:0} ms");

        loads.SelectMany(load => load.Errors).Should().BeEmpty();
        await cluster.RestartAsync(leader);
        await cluster.UntilVotingAsync();
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        int acknowledged = loads.Sum(load => load.Count) * Load.RecordsEach;
        for (int member = 0; member < cluster.Count; member++)
            TestCluster.Good(await (await cluster.SeatAsync(member, cluster.Hospital)).Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(acknowledged);
    }

    [Fact]
    public async Task A_silo_added_while_the_cluster_runs_takes_its_members_work_over()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync(up: 3);
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 8);

        await cluster.RestartAsync(3);
        await cluster.UntilVotingAsync();
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        Seat late = await cluster.SeatAsync(3, cluster.Hospital);
        await late.DepositAsync(patient, 100, 8);
        TestCluster.Good(await late.Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(16);

        // Another one goes: three are a quorum only with the one that came.
        await cluster.KillAsync(0);
        await (await cluster.SeatAsync(3, cluster.Hospital)).DepositAsync(patient, 200, 8);
        cluster.Site(3).Stand!.Awake.Should().HaveCount(cluster.Network.Genesis.Shards + 1);
    }

    [Fact]
    public async Task A_drained_silo_hands_over_what_it_leads_and_turns_nobody_away_with_an_error()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync();
        Seat first = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await first.PatientAsync("4711");
        int shard = first.Client.Network.ShardOf(patient), leader = cluster.Network.Member(0)!.Replica.LeaderOf(shard);
        Load[] loads = [.. await Task.WhenAll(Enumerable.Range(0, cluster.Count).Select(async member => new Load(await cluster.SeatAsync(member, cluster.Hospital), patient, member * 10_000)))];
        using CancellationTokenSource end = new();
        Task[] running = [.. loads.Select(load => load.RunAsync(end.Token))];
        await Waiting.UntilAsync(() => loads.All(load => load.Count >= 2), "every client has had answers");

        await cluster.StopAsync(leader);
        int[] before = [.. loads.Select(load => load.Count)];
        await Waiting.UntilAsync(() => loads.Where((load, i) => load.Count > before[i] + 1).Count() == loads.Length, "every client goes on");
        await end.CancelAsync();
        await Task.WhenAll(running);
        output.WriteLine($"{loads.Sum(load => load.Count)} acknowledged, the longest wait {loads.Max(load => load.Longest).TotalMilliseconds:0} ms");

        loads.SelectMany(load => load.Errors).Should().BeEmpty();
        cluster.Network.Member((leader + 1) % cluster.Count)!.Replica.LeaderOf(shard).Should().NotBe(leader);
    }

    /// <summary>A client that puts records in, one deposit after another, and keeps what it was told.</summary>
    private sealed class Load(Seat seat, LedgerDid patient, int first)
    {
        public const int RecordsEach = 2;
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public List<string> Errors { get; } = [];

        public TimeSpan Longest { get; private set; }

        public async Task RunAsync(CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                long since = Stopwatch.GetTimestamp();
                var deposited = await seat.Depositor.DepositAsync(patient, [.. Enumerable.Range(first + Count * RecordsEach, RecordsEach).Select(Seat.Record)]);
                TimeSpan took = Stopwatch.GetElapsedTime(since);
                if (took > Longest) Longest = took;
                if (!deposited.IsOk) Errors.Add(deposited.Fault.ToString());
                else if (deposited.Value.Any(record => record.Kind == DepositKind.Refused)) Errors.Add("a record was refused");
                else Interlocked.Increment(ref _count);
                if (Errors.Count > 0) return;
            }
        }
    }
}
