using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Hosting;
using Npgsql;

namespace HealthLedger.Orleans.Tests.Database;

/// <summary>A PostgreSQL server of the test's own, with the grain database in it.</summary>
internal sealed class GrainDatabase : IAsyncDisposable
{
    private const string Name = "grains";
    private readonly PostgresServer _server;
    private readonly string _folder;

    private GrainDatabase(PostgresServer server, string folder) => (_server, _folder) = (server, folder);

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = Name, Timeout = 5, CommandTimeout = 5, MaxPoolSize = 20 }.ConnectionString;

    /// <summary>A cluster in it, without TLS.</summary>
    public ClusterPlace Place => new() { Cluster = "test-cluster", Database = ConnectionString };

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public static async Task<GrainDatabase> StartAsync()
    {
        string? binaries = PostgresServer.FindBinaries();
        Assert.SkipWhen(binaries is null, "PostgreSQL is not installed.");
        string folder = Directory.CreateTempSubdirectory("healthledger-").FullName;
        // PostgreSQL's own user must get through to its folder.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        GrainDatabase database = new(await PostgresServer.StartAsync(binaries!, folder, CancellationToken.None), folder);
        await database.CreateAsync();
        return database;
    }

    public async Task CreateAsync()
    {
        await AdministerAsync($"CREATE DATABASE {Name}");
        await ClusterDatabase.MigrateAsync(ConnectionString);
    }

    public Task DropAsync() => AdministerAsync($"DROP DATABASE {Name} WITH (FORCE)");

    public async Task<long> CountAsync(string query)
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new($"SELECT count(*) FROM {query}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AdministerAsync(string statement)
    {
        await using NpgsqlConnection connection = new(_server.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
