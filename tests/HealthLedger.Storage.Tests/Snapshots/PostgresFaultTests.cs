using System.Text;
using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Writing;
using HealthLedger.TestMaterial;
using Npgsql;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>A real server that is killed, and a database that is dropped, while a node uses it.</summary>
public sealed class PostgresFaultTests(PostgresFixture fixture) : IAsyncLifetime
{
    // A server of its own, for the other tests go on with theirs.
    private readonly PostgresFixture _own = new();
    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _ = fixture;
        _server = await _own.RequireAsync();
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task A_server_killed_under_load_is_used_again_when_it_is_back_and_nothing_newer_was_lost_to_readers()
    {
        await using NodeDatabase node = await OpenAsync(_server.ConnectionString);
        SnapshotStore store = node.Store(Secret());
        using CancellationTokenSource stop = new();
        long puts = 0, wrong = 0;
        Task load = Task.Run(async () =>
        {
            for (long height = 0; !stop.IsCancellationRequested; height++)
            {
                string name = $"k{height % 500}";
                store.TryPut(Snapshot(name, height: height)).Should().BeTrue();
                // Until it is known to be written it is read from the queue; afterwards the database may be away, but is never behind.
                if (await store.GetAsync(SnapshotKind.GrantEnd, Encoding.UTF8.GetBytes(name)) is { } read && read.Height < height) wrong++;
                puts++;
                if (height % 50 == 0) await node.Sets.AddAsync("load", Encoding.UTF8.GetBytes(name + height), DateTimeOffset.UtcNow.AddMinutes(1));
            }
        });
        for (int round = 0; round < 3; round++)
        {
            await UntilAsync(() => node.Warning is null && Interlocked.Read(ref puts) > 1_000 * (round + 1));
            _server.Kill();
            await UntilAsync(() => node.Warning is not null);
            (await node.Sets.AddAsync("while-away", "x"u8, DateTimeOffset.UtcNow.AddMinutes(1))).Should().Be(SetAnswer.Unavailable);
            await _server.StartAgainAsync();
            await UntilAsync(() => node.Warning is null);
        }
        await stop.CancelAsync();
        await load;
        wrong.Should().Be(0);
        await node.FlushAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        for (int i = 0; i < 500; i++) (await store.GetAsync(SnapshotKind.GrantEnd, Encoding.UTF8.GetBytes($"k{i}"))).Should().NotBeNull();
    }

    [Fact]
    public async Task A_database_dropped_and_created_empty_while_a_node_runs_is_filled_again()
    {
        await ExecuteAsync("CREATE DATABASE grains");
        string connection = _server.ConnectionString.Replace("Database=postgres", "Database=grains", StringComparison.Ordinal);
        await using NodeDatabase node = await OpenAsync(connection);
        SnapshotStore store = node.Store(Secret());
        store.TryPut(Snapshot("before"));
        await node.FlushAsync();
        HealthLedger.Protocol.Id16 first = store.Database;
        await ExecuteAsync("DROP DATABASE grains WITH (FORCE)");
        (await store.GetAsync(SnapshotKind.GrantEnd, "before"u8.ToArray())).Should().BeNull();
        node.Warning.Should().NotBeNull();
        store.TryPut(Snapshot("meanwhile")).Should().BeTrue();
        await ExecuteAsync("CREATE DATABASE grains");
        await node.FlushAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        (await store.GetAsync(SnapshotKind.GrantEnd, "meanwhile"u8.ToArray())).Should().NotBeNull();
        (await store.GetAsync(SnapshotKind.GrantEnd, "before"u8.ToArray())).Should().BeNull();
        node.Warning.Should().BeNull();
        store.Database.Should().NotBe(first, "who relied on all being there has to know");
    }

    [Fact]
    public async Task A_node_whose_schema_was_dropped_makes_it_anew()
    {
        await using NodeDatabase node = await OpenAsync(_server.ConnectionString);
        SnapshotStore store = node.Store(Secret());
        store.TryPut(Snapshot("before"));
        await node.FlushAsync();
        await ExecuteAsync("DROP SCHEMA healthledger CASCADE");
        (await store.GetAsync(SnapshotKind.GrantEnd, "before"u8.ToArray())).Should().BeNull();
        store.TryPut(Snapshot("after"));
        await node.FlushAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        (await store.GetAsync(SnapshotKind.GrantEnd, "after"u8.ToArray())).Should().NotBeNull();
    }

    private static async Task<NodeDatabase> OpenAsync(string connection)
    {
        DatabaseOptions options = new() { Kind = DatabaseKind.Postgres, ConnectionString = connection, ReadTimeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(10) };
        return (await NodeDatabase.OpenAsync(options, "", TimeProvider.System)).Value;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 1_500 && !holds(); i++) await timer.WaitForNextTickAsync();
        holds().Should().BeTrue();
    }
}
