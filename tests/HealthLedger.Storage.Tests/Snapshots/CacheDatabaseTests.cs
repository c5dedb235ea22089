using HealthLedger.Protocol;
using HealthLedger.Storage.Snapshots;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>What every kind of database does; run on each.</summary>
public abstract class CacheDatabaseTests : IAsyncLifetime
{
    private const long Now = 1_000_000;

    private readonly List<ICacheDatabase> _open = [];
    private ICacheDatabase _database = null!;

    /// <summary>Opens the test's database; the same one at every call.</summary>
    protected abstract Task<ICacheDatabase> OpenAsync();

    public virtual async ValueTask InitializeAsync() => _database = await MigratedAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (ICacheDatabase open in _open) await open.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_is_put_is_there_in_every_part()
    {
        SnapshotRow row = Row("a", due: 5);
        await WriteAsync(Put(row));
        SnapshotRow? read = await GetAsync(row.Place);
        read!.Should().BeEquivalentTo(row, options => options.Excluding(item => item.Sealed).ComparingByMembers<SnapshotRow>());
        read!.Sealed.ToArray().Should().Equal(row.Sealed.ToArray());
        (await GetAsync(Row("b").Place)).Should().BeNull();
    }

    [Fact]
    public async Task A_later_put_replaces_the_earlier_one_and_a_deletion_ends_it()
    {
        await WriteAsync(Put(Row("a", due: 5, height: 9)), Put(Row("b")));
        await WriteAsync(Put(Row("a", bytes: [9], height: 8)), Delete(Row("b")), Delete(Row("never")));
        SnapshotRow read = (await GetAsync(Row("a").Place))!;
        (read.Height, read.Due, read.Sealed.ToArray()[0]).Should().Be((8, null, 9));
        (await GetAsync(Row("b").Place)).Should().BeNull();
    }

    [Fact]
    public async Task Owners_and_kinds_do_not_see_each_other()
    {
        await WriteAsync(Put(Row("a", due: 1, bytes: [1])), Put(Row("a", due: 1, bytes: [2], owner: "other")), Put(Row("a", due: 1, bytes: [3], kind: SnapshotKind.GrantEndsMark)));
        (await GetAsync(Row("a").Place))!.Sealed.ToArray().Should().Equal(1);
        (await DueAsync(10)).Should().ContainSingle().Which.Sealed.ToArray().Should().Equal(1);
        await WriteAsync(Delete(Row("a")));
        (await GetAsync(Row("a").Place)).Should().BeNull();
        (await GetAsync(Row("a", owner: "other").Place))!.Sealed.ToArray().Should().Equal(2);
        (await GetAsync(Row("a", kind: SnapshotKind.GrantEndsMark).Place))!.Sealed.ToArray().Should().Equal(3);
    }

    [Fact]
    public async Task What_is_due_is_listed_in_order_page_by_page_each_once()
    {
        // Ten to a moment, so that pages end within one.
        SnapshotChange[] changes = [.. Enumerable.Range(0, 100).Select(i => Put(Row($"k{i}", due: i / 10))), Put(Row("never")), Put(Row("later", due: 11))];
        await WriteAsync(changes);
        List<SnapshotRow> all = [];
        DueCursor after = DueCursor.Start;
        while (await _database.ListDueAsync(Owner, SnapshotKind.GrantEnd, 10, after, 7, default) is { Count: > 0 } page)
        {
            page.Count.Should().BeLessThanOrEqualTo(7);
            all.AddRange(page);
            after = new DueCursor(page[^1].Due!.Value, page[^1].Place.Key);
        }
        all.Should().HaveCount(100);
        all.Select(row => row.Place).Should().OnlyHaveUniqueItems();
        all.Should().Equal(all.OrderBy(row => row.Due).ThenBy(row => row.Place.Key));
    }

    [Fact]
    public async Task A_row_that_is_no_longer_due_leaves_the_list()
    {
        await WriteAsync(Put(Row("a", due: 1)), Put(Row("b", due: 1)), Put(Row("c", due: 1)));
        await WriteAsync(Put(Row("a")), Put(Row("b", due: 50)), Delete(Row("c")));
        (await DueAsync(10)).Should().BeEmpty();
        (await DueAsync(50)).Should().ContainSingle();
    }

    [Fact]
    public async Task Sizes_and_numbers_at_their_bounds_come_back_as_they_were()
    {
        byte[] large = new byte[HealthLedger.Storage.Snapshots.Sealing.SnapshotSeal.SealedBytesMax];
        Random.Shared.NextBytes(large);
        SnapshotRow row = new(new RowPlace(Hash32.Zero, SnapshotKind.GrantEndsMark, Hash32.Zero), int.MaxValue, long.MaxValue, Hash32.Zero, int.MinValue, long.MinValue + 1, large);
        await WriteAsync(Put(row));
        SnapshotRow read = (await GetAsync(row.Place))!;
        (read.Shard, read.Height, read.Format, read.Due).Should().Be((int.MaxValue, long.MaxValue, int.MinValue, long.MinValue + 1));
        read.Sealed.Span.SequenceEqual(large).Should().BeTrue();
        await WriteAsync(Put(Row("empty", bytes: [])));
        (await GetAsync(Row("empty").Place))!.Sealed.Length.Should().Be(0);
    }

    [Fact]
    public async Task Of_many_that_add_one_member_at_the_same_time_exactly_one_is_first()
    {
        ICacheDatabase second = await MigratedAsync();
        for (int round = 0; round < 10; round++)
        {
            SetEntry[] entries = [.. Enumerable.Range(0, 20).Select(i => Member($"{round}-{i}", Now + 1_000))];
            using Barrier together = new(4);
            bool[][] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(who => Task.Factory.StartNew(async () =>
            {
                together.SignalAndWait();
                return await (who % 2 == 0 ? _database : second).AddAsync(who < 2 ? entries : [.. entries.Reverse()], Now, default);
            }, TaskCreationOptions.LongRunning).Unwrap()));
            for (int i = 0; i < 20; i++) new[] { answers[0][i], answers[1][i], answers[2][19 - i], answers[3][19 - i] }.Count(first => first).Should().Be(1);
        }
    }

    [Fact]
    public async Task A_member_is_remembered_until_it_expires_in_its_own_set_only()
    {
        (await AddAsync(Now, Member("a", Now + 10), Member("b", Now + 10))).Should().Equal(true, true);
        (await AddAsync(Now + 10, Member("c", Now + 10), Member("a", Now + 99))).Should().Equal(true, false);
        (await AddAsync(Now + 10, Member("a", Now + 10, "other"))).Should().Equal(true);
        (await AddAsync(Now + 11, Member("a", Now + 99))).Should().Equal(true);
        (await AddAsync(Now + 50, Member("a", Now + 99))).Should().Equal(false);
    }

    [Fact]
    public async Task Sweeping_deletes_what_expired_and_what_was_put_long_ago()
    {
        await AddAsync(Now, Member("a", Now + 10), Member("b", Now + 20), Member("c", Now + 30));
        await _database.WriteAsync([Put(Row("old"))], Now, default);
        await _database.WriteAsync([Put(Row("new"))], Now + 100, default);
        (await _database.SweepAsync(Now + 21, Now + 100, default)).Should().Be(1);
        (await GetAsync(Row("old").Place)).Should().BeNull();
        (await GetAsync(Row("new").Place)).Should().NotBeNull();
        (await AddAsync(Now + 21, Member("a", Now + 99), Member("c", Now + 99))).Should().Equal(true, false);
    }

    [Fact]
    public async Task Writers_of_the_same_rows_do_not_stop_each_other()
    {
        ICacheDatabase second = await MigratedAsync();
        SnapshotChange[] rows = [.. Enumerable.Range(0, 200).Select(i => Put(Row($"k{i}", due: i)))];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            SnapshotChange[] mine = [.. i % 2 == 0 ? rows : rows.Reverse()];
            await (i % 4 < 2 ? _database : second).WriteAsync(mine, Now, default);
        })));
        (await DueAsync(1_000, 1_000)).Should().HaveCount(200);
    }

    protected async Task<ICacheDatabase> MigratedAsync()
    {
        ICacheDatabase database = await OpenAsync();
        if (!_open.Contains(database)) _open.Add(database);
        (await database.MigrateAsync(default)).IsOk.Should().BeTrue();
        return database;
    }

    private ValueTask WriteAsync(params SnapshotChange[] changes) => _database.WriteAsync(changes, Now, default);

    private ValueTask<SnapshotRow?> GetAsync(RowPlace place) => _database.GetAsync(place, default);

    private ValueTask<bool[]> AddAsync(long now, params SetEntry[] entries) => _database.AddAsync(entries, now, default);

    private ValueTask<IReadOnlyList<SnapshotRow>> DueAsync(long until, int limit = 100) => _database.ListDueAsync(Owner, SnapshotKind.GrantEnd, until, DueCursor.Start, limit, default);
}
