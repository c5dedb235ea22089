using System.Diagnostics;
using HealthLedger.Storage.Snapshots;
using HealthLedger.TestMaterial;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>How fast each database takes snapshots. Run with <c>--explicit only --show-live-output on</c>; nothing is asserted about time.</summary>
public sealed class SnapshotRates(PostgresFixture fixture, ITestOutputHelper output)
{
    private const int Things = 100_000, PayloadBytes = 300;

    [Theory(Explicit = true)]
    [InlineData(DatabaseKind.Memory)]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Puts_reads_and_additions(DatabaseKind kind)
    {
        string folder = Directory.CreateTempSubdirectory("healthledger-rates-").FullName;
        DatabaseOptions options = new() { Kind = kind, ReadTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(30), QueueRowsMax = 1_000_000, QueueBytesMax = 1L << 30 };
        if (kind == DatabaseKind.Postgres) options = options with { ConnectionString = (await fixture.RequireAsync()).ConnectionString, Schema = $"rates_{Guid.NewGuid():N}" };
        NodeDatabase node = (await NodeDatabase.OpenAsync(options, folder, TimeProvider.System)).Value;
        SnapshotStore store = node.Store(Secret());
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < Things; i++) store.TryPut(Snapshot($"did:{i}", PayloadBytes, due: i)).Should().BeTrue();
        double handed = watch.Elapsed.TotalSeconds;
        await node.FlushAsync();
        output.WriteLine($"{kind}: {Things / watch.Elapsed.TotalSeconds:0} puts/s until written in batches of {options.BatchRowsMax}; handing one over {handed / Things * 1e6:0.0} us");
        watch.Restart();
        const int reads = 2_000;
        for (int i = 0; i < reads; i++) (await store.GetAsync(SnapshotKind.GrantEnd, System.Text.Encoding.UTF8.GetBytes($"did:{i * 37}"))).Should().NotBeNull();
        output.WriteLine($"{kind}: {watch.Elapsed.TotalSeconds / reads * 1e6:0} us a get, one after another");
        watch.Restart();
        DateTimeOffset later = DateTimeOffset.UtcNow.AddMinutes(5);
        const int adds = 20_000;
        await Task.WhenAll(Enumerable.Range(0, adds).Select(i => node.Sets.AddAsync("rate", BitConverter.GetBytes(i), later).AsTask()));
        output.WriteLine($"{kind}: {adds / watch.Elapsed.TotalSeconds:0} additions/s to a set, many at once");
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
