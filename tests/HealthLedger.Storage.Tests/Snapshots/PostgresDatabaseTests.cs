using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Postgres;
using HealthLedger.TestMaterial;
using Npgsql;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace HealthLedger.Storage.Tests.Snapshots;

public sealed class PostgresDatabaseTests(PostgresFixture fixture) : CacheDatabaseTests
{
    private readonly string _schema = $"test_{Guid.NewGuid():N}";
    private PostgresServer _server = null!;

    public override async ValueTask InitializeAsync()
    {
        _server = await fixture.RequireAsync();
        await base.InitializeAsync();
    }

    protected override Task<ICacheDatabase> OpenAsync() => Task.FromResult<ICacheDatabase>(Open(Options));

    [Fact]
    public async Task Of_nodes_that_migrate_at_once_each_finds_the_schema_ready()
    {
        DatabaseOptions fresh = Options with { Schema = $"test_{Guid.NewGuid():N}" };
        PostgresDatabase[] all = [.. Enumerable.Range(0, 6).Select(_ => Open(fresh))];
        Result<Id16>[] migrated = await Task.WhenAll(all.Select(database => database.MigrateAsync(default).AsTask()));
        migrated.Should().OnlyContain(result => result.IsOk && result.Value == migrated[0].Value);
        await all[5].WriteAsync([Put(Row("a"))], 1, default);
        (await all[0].GetAsync(Row("a").Place, default)).Should().NotBeNull();
        (await ScalarAsync($"SELECT count(*) FROM {fresh.Schema}.migrations")).Should().Be(1L);
        foreach (PostgresDatabase database in all) await database.DisposeAsync();
    }

    [Fact]
    public async Task A_schema_of_newer_software_is_refused_and_left_as_it_is()
    {
        await ExecuteAsync($"INSERT INTO {_schema}.migrations (number, name) VALUES (99, 'of tomorrow')");
        Result<NodeDatabase> opened = await NodeDatabase.OpenAsync(Options, "", TimeProvider.System);
        opened.Fault.Code.Should().Be(FaultCode.DatabaseNewer);
        opened.Fault.Message.Should().Contain(_schema).And.Contain("99");
    }

    [Fact]
    public async Task A_node_that_may_not_migrate_says_what_an_operator_has_to_do()
    {
        DatabaseOptions forbidden = Options with { Schema = $"test_{Guid.NewGuid():N}", Migrate = false };
        await using PostgresDatabase database = Open(forbidden);
        (await database.MigrateAsync(default)).Fault.Code.Should().Be(FaultCode.DatabaseOlder);
        await using PostgresDatabase ready = Open(Options with { Migrate = false });
        (await ready.MigrateAsync(default)).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_migration_that_fails_in_its_middle_leaves_nothing_behind()
    {
        string schema = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE SCHEMA {schema}; CREATE TABLE {schema}.members (stranger int)");
        await using PostgresDatabase database = Open(Options with { Schema = schema });
        Func<Task> migrate = async () => await database.MigrateAsync(default);
        await migrate.Should().ThrowAsync<DatabaseException>();
        (await ScalarAsync($"SELECT to_regclass('{schema}.snapshots') IS NULL")).Should().Be(true);
    }

    [Fact]
    public async Task Rows_of_another_form_are_an_error_of_the_database_and_no_defect_here()
    {
        await ExecuteAsync($"DROP TABLE {_schema}.snapshots; CREATE TABLE {_schema}.snapshots AS SELECT '\\x00'::bytea AS owner, 1::smallint AS kind, '\\x01'::bytea AS key, 'x' AS shard, 1 AS height, '\\x01'::bytea AS header, 1 AS format, 1::bigint AS due, 1 AS put, '\\x'::bytea AS sealed");
        await ExecuteAsync($"UPDATE {_schema}.snapshots SET owner = decode('{Owner}', 'hex')");
        await using PostgresDatabase database = Open(Options);
        Func<Task> list = async () => await database.ListDueAsync(Owner, SnapshotKind.GrantEnd, 10, DueCursor.Start, 10, default);
        await list.Should().ThrowAsync<DatabaseException>();
    }

    [Fact]
    public void A_connection_string_is_never_told()
    {
        DatabaseOptions options = new() { Kind = DatabaseKind.Postgres, ConnectionString = "Host=127.0.0.1;Password=hunter2;Nonsense=1" };
        Result<PostgresDatabase> refused = PostgresDatabase.Open(options);
        refused.Fault.Code.Should().Be(FaultCode.SettingUnfit);
        (refused.Fault.ToString() + options).Should().NotContain("hunter2");
    }

    private DatabaseOptions Options => new() { Kind = DatabaseKind.Postgres, ConnectionString = _server.ConnectionString, Schema = _schema };

    private static PostgresDatabase Open(DatabaseOptions options) => PostgresDatabase.Open(options).Value;

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
