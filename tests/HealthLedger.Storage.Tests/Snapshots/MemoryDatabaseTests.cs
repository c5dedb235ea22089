using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Memory;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

public sealed class MemoryDatabaseTests : CacheDatabaseTests
{
    private readonly MemoryDatabase _database = new();

    protected override Task<ICacheDatabase> OpenAsync() => Task.FromResult<ICacheDatabase>(_database);

    [Fact]
    public async Task Memory_is_bounded_and_what_was_put_longest_ago_goes()
    {
        MemoryDatabase small = new(bytesMax: 10_000);
        for (int i = 0; i < 100; i++) await small.WriteAsync([Put(Row($"k{i}", due: i, bytes: new byte[744]))], 1, default);
        (await small.GetAsync(Row("k0").Place, default)).Should().BeNull();
        (await small.GetAsync(Row("k99").Place, default)).Should().NotBeNull();
        (await small.ListDueAsync(Owner, SnapshotKind.GrantEnd, 100, DueCursor.Start, 1_000, default)).Should().HaveCount(10);
    }
}
