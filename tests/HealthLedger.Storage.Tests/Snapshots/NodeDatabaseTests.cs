using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Writing;
using static HealthLedger.Storage.Tests.Snapshots.Rows;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>What a node may rely on, whatever its database does.</summary>
public sealed class NodeDatabaseTests : IAsyncLifetime
{
    private static readonly DatabaseOptions Quick = new() { Kind = DatabaseKind.Memory, Linger = TimeSpan.Zero, ReadTimeout = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(5) };

    private readonly MoodyDatabase _moody = new();
    private NodeDatabase _node = null!;
    private SnapshotStore _store = null!;

    public async ValueTask InitializeAsync() => await StartAsync(Quick);

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task What_was_put_is_read_at_once_and_when_it_is_written()
    {
        TaskCompletionSource holding = new();
        _moody.Holding = holding.Task;
        _store.TryPut(Snapshot("a", due: 3)).Should().BeTrue();
        (await GetAsync("a")).Should().NotBeNull();
        _store.TryDelete(SnapshotKind.GrantEnd, "a"u8).Should().BeTrue();
        (await GetAsync("a")).Should().BeNull();
        _store.TryPut(Snapshot("a", due: 4)).Should().BeTrue();
        holding.SetResult();
        await _node.FlushAsync();
        (await GetAsync("a"))!.Due.Should().Be(4);
    }

    [Fact]
    public async Task Puts_of_one_thing_become_one_row_and_others_share_a_batch()
    {
        TaskCompletionSource holding = new();
        _moody.Holding = holding.Task;
        _store.TryPut(Snapshot("first"));
        await UntilAsync(() => _moody.Uses > 1);
        for (int i = 0; i < 1_000; i++) _store.TryPut(Snapshot($"k{i % 10}", height: i));
        holding.SetResult();
        await _node.FlushAsync();
        _moody.Batches.Sum(batch => batch.Count).Should().Be(11);
        _moody.Batches.Should().HaveCount(2);
        (await GetAsync("k9"))!.Height.Should().Be(999);
    }

    [Fact]
    public async Task A_row_put_last_is_written_last_however_often_it_was_put_before()
    {
        TaskCompletionSource holding = new();
        _moody.Holding = holding.Task;
        _store.TryPut(Snapshot("first"));
        await UntilAsync(() => _moody.Uses > 1);
        _store.TryPut(Snapshot("mark", height: 1));
        for (int i = 0; i < 2_000; i++) _store.TryPut(Snapshot($"k{i}"));
        _store.TryPut(Snapshot("mark", height: 2));
        holding.SetResult();
        await _node.FlushAsync();
        _moody.Batches.Count.Should().BeGreaterThan(2);
        _moody.Batches[^1][^1].Row!.Height.Should().Be(2);
        _moody.Batches.SelectMany(batch => batch).Count(change => change.Row!.Height <= 2).Should().Be(1);
    }

    [Fact]
    public async Task A_dead_database_costs_nobody_time_and_is_used_again_when_it_lives()
    {
        _store.TryPut(Snapshot("before"));
        await _node.FlushAsync();
        _moody.Dead = true;
        (await GetAsync("before")).Should().BeNull();
        _node.Warning.Should().Contain("dead").And.Contain("Nothing is lost");
        int uses = _moody.Uses;
        for (int i = 0; i < 10_000; i++) (await GetAsync("before")).Should().BeNull();
        (_moody.Uses - uses).Should().BeLessThan(20, "only the tries to reach it again use it");
        for (int i = 0; i < 100; i++) _store.TryPut(Snapshot($"k{i}")).Should().BeTrue();
        (await _node.Sets.AddAsync("s", "x"u8, DateTimeOffset.MaxValue)).Should().Be(SetAnswer.Unavailable);
        _moody.Dead = false;
        await _node.FlushAsync();
        _node.Warning.Should().BeNull();
        (await GetAsync("k99")).Should().NotBeNull();
        (await GetAsync("before")).Should().NotBeNull();
    }

    [Fact]
    public async Task A_database_that_hangs_is_not_waited_for()
    {
        await _node.DisposeAsync();
        await StartAsync(Quick with { ReadTimeout = TimeSpan.FromMilliseconds(20), ConnectTimeout = TimeSpan.FromMilliseconds(20) });
        _moody.Holding = new TaskCompletionSource().Task;
        (await GetAsync("a")).Should().BeNull();
        _node.Warning.Should().NotBeNull();
        (await _node.Sets.AddAsync("s", "x"u8, DateTimeOffset.MaxValue)).Should().Be(SetAnswer.Unavailable);
        (await _store.ListDueAsync(SnapshotKind.GrantEnd, 1, DueCursor.Start)).Fault.Code.Should().Be(FaultCode.Unavailable);
    }

    [Fact]
    public async Task A_node_starts_without_its_database_and_finds_it_later()
    {
        await _node.DisposeAsync();
        _moody.Dead = true;
        await StartAsync(Quick);
        _node.Warning.Should().NotBeNull();
        _store.TryPut(Snapshot("a")).Should().BeTrue();
        _moody.Dead = false;
        await _node.FlushAsync();
        (await GetAsync("a")).Should().NotBeNull();
    }

    [Fact]
    public async Task A_full_queue_drops_and_never_waits()
    {
        await _node.DisposeAsync();
        await StartAsync(Quick with { QueueRowsMax = 64 });
        _moody.Dead = true;
        await GetAsync("a");
        int taken = Enumerable.Range(0, 200).Count(i => _store.TryPut(Snapshot($"k{i}")));
        taken.Should().Be(64);
        _store.TryPut(Snapshot("k0", height: 99)).Should().BeTrue("what waits already may be replaced");
        Task room = _store.WaitForRoomAsync(default);
        room.IsCompleted.Should().BeFalse();
        _moody.Dead = false;
        await room;
        await _node.FlushAsync();
        (await GetAsync("k0"))!.Height.Should().Be(99);
        _store.TryPut(Snapshot("k199")).Should().BeTrue();
    }

    [Fact]
    public async Task A_row_that_the_database_never_takes_does_not_hold_up_the_others()
    {
        _moody.Poison = new HealthLedger.Storage.Snapshots.Sealing.SnapshotSeal(Secret()).PlaceOf(SnapshotKind.GrantEnd, "k3"u8).Key;
        for (int i = 0; i < 8; i++) _store.TryPut(Snapshot($"k{i}"));
        await _node.FlushAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        (await GetAsync("k2")).Should().NotBeNull();
        (await GetAsync("k7")).Should().NotBeNull();
        (await GetAsync("k3")).Should().BeNull();
    }

    [Fact]
    public async Task What_is_too_large_is_not_taken()
    {
        _store.TryPut(Snapshot("a", HealthLedger.Storage.Snapshots.Snapshot.BytesMax + 1)).Should().BeFalse();
        _store.TryPut(Snapshot(new string('k', 256))).Should().BeFalse();
        _store.TryPut(Snapshot("")).Should().BeFalse();
        _store.TryPut(Snapshot("a", HealthLedger.Storage.Snapshots.Snapshot.BytesMax)).Should().BeTrue();
        await _node.FlushAsync();
        (await GetAsync("a"))!.Bytes.Length.Should().Be(HealthLedger.Storage.Snapshots.Snapshot.BytesMax);
    }

    [Fact]
    public async Task A_lie_of_the_database_is_not_believed()
    {
        for (int i = 0; i < 5; i++) _store.TryPut(Snapshot($"k{i}", due: i, height: 3));
        await _node.FlushAsync();
        _moody.Lie = row => row.Due == 2 ? row with { Height = 4 } : row;
        (await GetAsync("k2")).Should().BeNull();
        (await GetAsync("k1")).Should().NotBeNull();
        DueList due = (await _store.ListDueAsync(SnapshotKind.GrantEnd, 10, DueCursor.Start)).Value;
        due.Snapshots.Select(NameOf).Should().Equal("k0", "k1", "k3", "k4");
        // One thing's authentic row in another's place.
        SnapshotRow other = (await _moody.GetAsync(new HealthLedger.Storage.Snapshots.Sealing.SnapshotSeal(Secret()).PlaceOf(SnapshotKind.GrantEnd, "k1"u8), default))!;
        _moody.Lie = row => other with { Place = row.Place };
        (await GetAsync("k4")).Should().BeNull();
    }

    [Fact]
    public async Task What_waits_is_in_the_list_of_what_is_due_as_if_it_were_written()
    {
        for (int i = 0; i < 4; i++) _store.TryPut(Snapshot($"k{i}", due: i));
        await _node.FlushAsync();
        _node.Queue.Stop();
        _store.TryPut(Snapshot("k0", due: 99));
        _store.TryDelete(SnapshotKind.GrantEnd, "k1"u8);
        _store.TryPut(Snapshot("new", due: 2));
        _store.TryPut(Snapshot("mark", kind: SnapshotKind.GrantEndsMark, due: 0));
        DueList due = (await _store.ListDueAsync(SnapshotKind.GrantEnd, 10, DueCursor.Start)).Value;
        due.Snapshots.Select(NameOf).Should().BeEquivalentTo("k2", "k3", "new");
        due.Next.Should().BeNull();
    }

    [Fact]
    public async Task A_long_list_comes_in_pages_with_each_thing_once()
    {
        for (int i = 0; i < 2_500; i++) _store.TryPut(Snapshot($"k{i}", 8, due: i / 100));
        await _node.FlushAsync();
        List<string> names = [];
        DueCursor? after = DueCursor.Start;
        while (after is { } cursor)
        {
            DueList page = (await _store.ListDueAsync(SnapshotKind.GrantEnd, 100, cursor)).Value;
            names.AddRange(page.Snapshots.Select(NameOf));
            after = page.Next;
        }
        names.Should().HaveCount(2_500).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_set_is_shared_by_nodes_and_bounded()
    {
        await _node.DisposeAsync();
        await StartAsync(Quick with { SetEntriesMax = 3 });
        await using NodeDatabase other = (await NodeDatabase.StartAsync(_moody, Quick, TimeProvider.System)).Value;
        DateTimeOffset later = DateTimeOffset.UtcNow.AddMinutes(5);
        (await _node.Sets.AddAsync("s", "a"u8, later)).Should().Be(SetAnswer.Added);
        (await other.Sets.AddAsync("s", "a"u8, later)).Should().Be(SetAnswer.Seen);
        (await other.Sets.AddAsync("t", "a"u8, later)).Should().Be(SetAnswer.Added);
        SetAnswer[] together = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => (i % 2 == 0 ? _node : other).Sets.AddAsync("s", "b"u8, later).AsTask()));
        together.Count(answer => answer == SetAnswer.Added).Should().Be(1);
        together.Count(answer => answer == SetAnswer.Seen).Should().Be(49);
        await _node.Sets.SweepAsync();
        (await _node.Sets.AddAsync("s", "c"u8, later)).Should().Be(SetAnswer.Full, "old members are not forgotten for new ones");
        (await _node.Sets.AddAsync("s", "a"u8, later)).Should().NotBe(SetAnswer.Added);
    }

    [Theory]
    [InlineData("Schema", "Robert'); DROP")]
    [InlineData("MigrationRole", "a b")]
    public void A_setting_that_is_not_legal_is_named_with_what_would_be(string name, string value)
    {
        DatabaseOptions options = new() { Kind = DatabaseKind.Postgres, ConnectionString = "Host=x" };
        options = name == "Schema" ? options with { Schema = value } : options with { MigrationRole = value };
        options.Check()!.Value.Message.Should().Contain($"HEALTHLEDGER__Database__{name}").And.Contain("letters");
    }

    private async Task StartAsync(DatabaseOptions options)
    {
        _node = (await NodeDatabase.StartAsync(_moody, options, TimeProvider.System)).Value;
        _store = _node.Store(Secret());
    }

    private ValueTask<Snapshot?> GetAsync(string key) => _store.GetAsync(SnapshotKind.GrantEnd, System.Text.Encoding.UTF8.GetBytes(key));

    private static async Task UntilAsync(Func<bool> holds)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        for (int i = 0; i < 2_000 && !holds(); i++) await timer.WaitForNextTickAsync();
        holds().Should().BeTrue();
    }
}
