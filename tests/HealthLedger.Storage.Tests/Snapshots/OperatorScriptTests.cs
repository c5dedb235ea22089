using System.Diagnostics;
using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;
using HealthLedger.TestMaterial;
using Npgsql;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>The scripts of deploy/postgres, run as an operator runs them, and what a node may do and may not after them.</summary>
public sealed class OperatorScriptTests : IAsyncLifetime
{
    private readonly PostgresFixture _own = new();
    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await _own.RequireAsync();
        Psql("postgres", "-c", "CREATE DATABASE healthledger");
        Psql("postgres", "-v", "node_password=of the node's own", "-f", Script("01-roles.sql"));
        Psql("healthledger", "-f", Script("02-database.sql"));
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task A_node_migrates_as_the_owner_and_works_as_itself()
    {
        await using NodeDatabase node = (await NodeDatabase.OpenAsync(Options with { MigrationRole = "healthledger_owner" }, "", TimeProvider.System)).Value;
        node.Warning.Should().BeNull();
        SnapshotStore store = node.Store(Secret());
        store.TryPut(Snapshot("a", due: 1));
        await node.FlushAsync();
        (await store.GetAsync(SnapshotKind.GrantEnd, "a"u8.ToArray())).Should().NotBeNull();
        (await node.Sets.AddAsync("s", "x"u8, DateTimeOffset.UtcNow.AddMinutes(1))).Should().Be(HealthLedger.Storage.Snapshots.Writing.SetAnswer.Added);

        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Options.ConnectionString!);
        foreach (string forbidden in new[] { "DROP TABLE healthledger.snapshots", "CREATE TABLE healthledger.mine (x int)", "CREATE TABLE public.mine (x int)", "ALTER TABLE healthledger.members ADD x int", "CREATE ROLE mine", "CREATE DATABASE mine" })
        {
            await using NpgsqlCommand command = source.CreateCommand(forbidden);
            Func<Task> attempt = () => command.ExecuteNonQueryAsync();
            (await attempt.Should().ThrowAsync<PostgresException>(forbidden)).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
        }
    }

    [Fact]
    public async Task Where_migrations_are_the_operators_a_node_asks_for_them_and_works_after_them()
    {
        Psql("healthledger", "-c", "REVOKE healthledger_owner FROM healthledger_node");
        DatabaseOptions options = Options with { Migrate = false };
        (await NodeDatabase.OpenAsync(options, "", TimeProvider.System)).Fault.Code.Should().Be(FaultCode.DatabaseOlder);
        Run("/bin/sh", [Script("migrate"), .. Address("healthledger")]).Should().Contain("ran 001");
        Run("/bin/sh", [Script("migrate"), .. Address("healthledger")]).Should().NotContain("ran", "nothing is missing any more");
        await using NodeDatabase node = (await NodeDatabase.OpenAsync(options, "", TimeProvider.System)).Value;
        node.Warning.Should().BeNull();
        node.Store(Secret()).TryPut(Snapshot("a"));
        await node.FlushAsync();
    }

    [Fact]
    public void Scripts_may_be_run_again()
    {
        Psql("postgres", "-v", "node_password=another", "-f", Script("01-roles.sql"));
        Psql("healthledger", "-f", Script("02-database.sql"));
    }

    private DatabaseOptions Options => new()
    {
        Kind = DatabaseKind.Postgres, ConnectionString = $"Host=127.0.0.1;Port={_server.Port};Username=healthledger_node;Password=of the node's own;Database=healthledger",
        ReadTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20),
    };

    private string[] Address(string database) => ["-h", "127.0.0.1", "-p", $"{_server.Port}", "-U", "bench", "-d", database];

    private void Psql(string database, params string[] arguments) => Run(Path.Combine(PostgresServer.FindBinaries()!, "psql"), ["-X", "-q", .. Address(database), "-v", "ON_ERROR_STOP=1", .. arguments]);

    private static string Run(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{PostgresServer.FindBinaries()}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors.Result);
        return output;
    }

    private static string Script(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "deploy", "postgres", name) is var path && File.Exists(path)) return path;
        throw new FileNotFoundException(name);
    }
}
