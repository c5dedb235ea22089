using System.Diagnostics;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Orleans.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Orleans.Tests.Database;

/// <summary>The grain database, on a real PostgreSQL with our own tables: what it holds, and that nothing is lost with it.</summary>
public sealed class DatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_tables_can_be_made_again_at_any_time_by_any_number_at_once()
    {
        await using GrainDatabase database = await GrainDatabase.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ClusterDatabase.MigrateAsync(database.ConnectionString)));
        (await database.CountAsync("OrleansQuery")).Should().BeGreaterThan(15);
    }

    [Fact]
    public async Task A_cluster_keeps_its_silos_reminders_and_snapshots_in_the_database()
    {
        await using GrainDatabase database = await GrainDatabase.StartAsync();
        await using OrleansCluster cluster = await OrleansCluster.StartAsync(place: database.Place);
        (await database.CountAsync("hl_silo WHERE status = 3")).Should().Be(cluster.Count);

        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 2);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 4_000)));
        await Waiting.UntilAsync(async () => await database.CountAsync("hl_reminder") == cluster.Count && await database.CountAsync("hl_snapshot") == cluster.Count, "every member's consents have a reminder and a snapshot");

        await Waiting.UntilAsync(
            async () => await hospital.ConsentFor(patient).ListAsync() is { IsOk: true, Value: var grants } && grants.Any(state => state.Grant == grant && state.EndedAt is not null), "the grant is closed");
        await cluster.StopAsync(3);
        (await database.CountAsync("hl_silo WHERE status = 3")).Should().Be(cluster.Count - 1);
    }

    [Fact]
    public async Task The_database_is_dropped_under_load_and_made_again_and_nothing_is_lost()
    {
        await using GrainDatabase database = await GrainDatabase.StartAsync();
        await using OrleansCluster cluster = await OrleansCluster.StartAsync(place: database.Place);
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 4);

        long since = Stopwatch.GetTimestamp();
        await database.DropAsync();
        await hospital.DepositAsync(patient, 100, 4);
        output.WriteLine($"a deposit was committed {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms after the database began to be dropped");
        Seat clinic = await cluster.SeatAsync(2, cluster.Clinic);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 3_000)));
        (await Waiting.EventuallyAsync(() => clinic.Reader.ReadAsync(Seat.Access(patient)))).Records.Should().HaveCount(8);
        await Waiting.UntilAsync(
            async () => await hospital.ConsentFor(patient).ListAsync() is { IsOk: true, Value: var grants } && grants.Any(state => state.Grant == grant && state.EndedAt is not null), "the grant is closed without a database");

        output.WriteLine($"a grant was closed without the database after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
        await database.CreateAsync();
        await hospital.DepositAsync(patient, 200, 4);
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        TestCluster.Good(await hospital.Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(12);
        output.WriteLine($"all read after the database was made again, {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
    }
}
