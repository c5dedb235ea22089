using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sqlite;
using Microsoft.Data.Sqlite;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

public sealed class SqliteDatabaseTests : CacheDatabaseTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-cache-").FullName;

    private string File => Path.Combine(_folder, "cache.db");

    protected override Task<ICacheDatabase> OpenAsync() => Task.FromResult<ICacheDatabase>(Open());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_is_used_again_after_a_restart()
    {
        await using (SqliteDatabase first = await ReadyAsync()) await first.WriteAsync([Put(Row("a"))], 1, default);
        await using SqliteDatabase again = await ReadyAsync();
        (await again.GetAsync(Row("a").Place, default)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_file_of_newer_software_is_refused_and_left_as_it_is()
    {
        Execute("INSERT INTO migrations (number, name) VALUES (99, 'of tomorrow')");
        await using SqliteDatabase database = Open();
        Result<Id16> refused = await database.MigrateAsync(default);
        refused.Fault.Code.Should().Be(FaultCode.DatabaseNewer);
        refused.Fault.Message.Should().Contain("99");
        Result<NodeDatabase> opened = await NodeDatabase.OpenAsync(new DatabaseOptions { File = File }, _folder, TimeProvider.System);
        opened.Fault.Code.Should().Be(FaultCode.DatabaseNewer);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("flip")]
    [InlineData("cut")]
    public async Task A_damaged_file_is_begun_anew(string how)
    {
        string other = Path.Combine(_folder, "damaged.db");
        await using (SqliteDatabase first = SqliteDatabase.Open(other).Value)
        {
            await first.MigrateAsync(default);
            await first.WriteAsync([.. Enumerable.Range(0, 500).Select(i => Put(Row($"k{i}", bytes: new byte[500])))], 1, default);
        }
        byte[] bytes = System.IO.File.ReadAllBytes(other);
        if (how == "noise") Random.Shared.NextBytes(bytes);
        if (how == "flip") Random.Shared.NextBytes(bytes.AsSpan(4_096));
        System.IO.File.WriteAllBytes(other, how == "cut" ? bytes[..(bytes.Length / 2)] : bytes);
        await using NodeDatabase node = (await NodeDatabase.OpenAsync(new DatabaseOptions { File = other }, _folder, TimeProvider.System)).Value;
        SnapshotStore store = node.Store(Secret());
        await EventuallyAsync(async () =>
        {
            store.TryPut(Snapshot("fresh"));
            using CancellationTokenSource soon = new(TimeSpan.FromSeconds(2));
            try
            {
                await node.FlushAsync(soon.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            return await store.GetAsync(SnapshotKind.GrantEnd, "fresh"u8.ToArray()) is not null && node.Warning is null;
        });
    }

    [Fact]
    public async Task Two_processes_that_begin_a_file_at_once_both_can_use_it()
    {
        string other = Path.Combine(_folder, "shared.db");
        SqliteDatabase[] all = [.. Enumerable.Range(0, 4).Select(_ => SqliteDatabase.Open(other).Value)];
        Id16[] identities = await Task.WhenAll(all.Select(async database => (await database.MigrateAsync(default)).Value));
        identities.Should().OnlyContain(identity => identity == identities[0]);
        foreach (SqliteDatabase database in all) await database.DisposeAsync();
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(File).Value;

    private async Task<SqliteDatabase> ReadyAsync()
    {
        SqliteDatabase database = Open();
        (await database.MigrateAsync(default)).IsOk.Should().BeTrue();
        return database;
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={File};Pooling=False");
        connection.Open();
        using SqliteCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        for (int i = 0; i < 200; i++)
        {
            if (await holds()) return;
            await timer.WaitForNextTickAsync();
        }
        Assert.Fail("It never became so.");
    }
}
