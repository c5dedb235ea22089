using System.Collections.Concurrent;
using System.Security.Cryptography;
using HealthLedger.Actors.Consents;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Reading;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.Views;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sealing;
using HealthLedger.Validator;
using Microsoft.Data.Sqlite;

namespace HealthLedger.Cluster.Tests.Databases;

/// <summary>The list of grants that end soon, kept in a database: it spares going through all grants, and is believed no further than the own replica bears it out.</summary>
public sealed class ConsentListTests : IAsyncLifetime
{
    private const long Hour = 3_600_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-list-").FullName;
    private readonly SnapshotSecret _secret = new(RandomNumberGenerator.GetBytes(32), "test");
    private TestCluster _cluster = null!;
    private NodeDatabase _database = null!;
    private Seat _hospital = null!;
    private CountingReader _reader = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(members: 1);
        _hospital = await _cluster.SeatAsync(0, _cluster.Hospital);
        _reader = new CountingReader(_cluster.Network.Member(0)!.Replica);
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task After_a_restart_what_ends_soon_is_found_without_going_through_all_grants()
    {
        LedgerDid soon = await GrantedAsync("soon", Hour / 10), late = await GrantedAsync("late", 5 * Hour);
        await UseAsync(async watch => (await watch.WokenAsync()).Should().Equal(soon.ToString()));
        _reader.WholeScans.Should().BePositive("the list was made from the rows");
        LedgerDid meanwhile = await GrantedAsync("meanwhile", Hour / 10);
        int scans = _reader.WholeScans;
        await UseAsync(async watch =>
        {
            (await watch.WokenAsync()).Should().BeEquivalentTo(soon.ToString(), meanwhile.ToString());
            _cluster.Clock.Shift(TimeSpan.FromHours(5));
            (await watch.WokenAsync()).Should().Contain(late.ToString());
        });
        _reader.WholeScans.Should().Be(scans);
    }

    [Fact]
    public async Task A_grant_that_has_ended_leaves_the_list()
    {
        LedgerDid patient = await GrantedAsync("p", Hour / 10);
        await UseAsync(watch => watch.WokenAsync());
        Client.Consent.ConsentClient consents = _hospital.ConsentFor(patient);
        Id16 grant = TestCluster.Good(await consents.ListAsync())[0].Body.Grant;
        TestCluster.Good(await consents.RevokeAsync(grant));
        await UseAsync(async watch => (await watch.WokenAsync()).Should().BeEmpty());
        (await DueAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("UPDATE snapshots SET height = height + 1 WHERE kind = 2")]
    [InlineData("UPDATE snapshots SET header = randomblob(32) WHERE kind = 2")]
    [InlineData("UPDATE snapshots SET format = 9 WHERE kind = 2")]
    [InlineData("UPDATE snapshots SET sealed = zeroblob(900000) WHERE kind = 2")]
    [InlineData("DELETE FROM snapshots")]
    [InlineData("DELETE FROM snapshots WHERE kind = 2")]
    [InlineData("UPDATE snapshots SET due = 9000000000000 WHERE kind = 1; DELETE FROM snapshots WHERE kind = 2")]
    public async Task A_list_that_somebody_altered_is_made_anew(string lie)
    {
        LedgerDid soon = await GrantedAsync("soon", Hour / 10);
        await UseAsync(watch => watch.WokenAsync());
        await AlterAsync(lie);
        int scans = _reader.WholeScans;
        await UseAsync(async watch => (await watch.WokenAsync()).Should().Equal(soon.ToString()));
        _reader.WholeScans.Should().BeGreaterThan(scans);
    }

    [Theory]
    [InlineData("format")]
    [InlineData("future")]
    [InlineData("header")]
    [InlineData("another database")]
    [InlineData("short")]
    public async Task A_mark_that_was_sealed_here_but_does_not_fit_the_own_replica_is_not_believed(string how)
    {
        LedgerDid soon = await GrantedAsync("soon", Hour / 10);
        int shard = Shards.Of(soon.ToString(), _reader.Genesis.Shards);
        await UseAsync(watch => watch.WokenAsync());
        SnapshotStore store = _database.Store(_secret);
        byte[] key = [0, 0, 0, (byte)shard];
        Snapshot mark = (await store.GetAsync(SnapshotKind.GrantEndsMark, key))!;
        byte[] bytes = mark.Bytes.ToArray();
        bytes[0] ^= 1;
        store.TryPut(how switch
        {
            "format" => mark with { Format = 2 },
            "future" => mark with { Height = mark.Height + 1 },
            "header" => mark with { Header = _reader.Genesis.Hash },
            "short" => mark with { Bytes = mark.Bytes[..3] },
            _ => mark with { Bytes = bytes },
        }).Should().BeTrue();
        int scans = _reader.WholeScans;
        await UseAsync(async watch => (await watch.WokenAsync()).Should().Equal(soon.ToString()));
        _reader.WholeScans.Should().Be(scans + 1, "that shard's list was made anew, and no other's");
    }

    [Fact]
    public async Task What_a_database_leaves_out_is_found_within_a_day()
    {
        LedgerDid soon = await GrantedAsync("soon", 30 * Hour);
        await UseAsync(watch => watch.WokenAsync());
        await AlterAsync("DELETE FROM snapshots WHERE kind = 1");
        await UseAsync(async watch =>
        {
            _cluster.Clock.Shift(TimeSpan.FromHours(29.9));
            (await watch.WokenAsync()).Should().Equal(soon.ToString());
        });
    }

    [Fact]
    public async Task Without_a_database_the_rows_are_looked_through()
    {
        LedgerDid soon = await GrantedAsync("soon", Hour / 10);
        SnapshotStore gone = _database.Store(_secret);
        await _database.DisposeAsync();
        RecordedWatch watch = new(_reader, gone, _cluster.Clock);
        (await watch.WokenAsync()).Should().Equal(soon.ToString());
        await watch.DisposeAsync();
        await OpenAsync();
    }

    private async Task OpenAsync() => _database = TestCluster.Good(await NodeDatabase.OpenAsync(
        new DatabaseOptions { ReadTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) }, _folder, TimeProvider.System));

    private async Task<LedgerDid> GrantedAsync(string id, long milliseconds)
    {
        LedgerDid patient = await _hospital.PatientAsync(id);
        await _hospital.DepositAsync(patient, 0, 2);
        long now = _cluster.Clock.Now;
        TestCluster.Good(await _hospital.ConsentFor(patient).GrantAsync(_hospital.Terms(_cluster.Clinic.Did, now, now + milliseconds)));
        return patient;
    }

    // A watch from its start to its end, as a node has one.
    private async Task UseAsync(Func<RecordedWatch, Task> use)
    {
        RecordedWatch watch = new(_reader, _database.Store(_secret), _cluster.Clock);
        await use(watch);
        await watch.DisposeAsync();
        await _database.FlushAsync();
    }

    private async Task<IReadOnlyList<Snapshot>> DueAsync() => (await _database.Store(_secret).ListDueAsync(SnapshotKind.GrantEnd, long.MaxValue, DueCursor.Start)).Value.Snapshots;

    private async Task AlterAsync(string sql)
    {
        await _database.DisposeAsync();
        await using (SqliteConnection connection = new($"Data Source={Path.Combine(_folder, "cache.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using SqliteCommand command = new(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
        await OpenAsync();
    }

    /// <summary>A watch whose wakes are written down. Its own first look is waited for, so that each asked for is a look of its own.</summary>
    private sealed class RecordedWatch : IActors, IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, bool> _woken = new();
        private readonly ConsentWatch _watch;

        public RecordedWatch(ILedgerReader reader, SnapshotStore store, TimeProvider clock)
        {
            _watch = new ConsentWatch(reader, this, new NoTimers(clock));
            _watch.Keep(store);
        }

        public async Task<IEnumerable<string>> WokenAsync()
        {
            _woken.Clear();
            await _watch.LookAsync();
            return _woken.Keys;
        }

        public T Get<T>(string key) where T : class, IActor => (T)(object)new Sleeper(() => _woken[key] = true);

        public ValueTask DisposeAsync() => _watch.DisposeAsync();
    }

    private sealed class Sleeper(Action woken) : IConsentActor
    {
        public ValueTask<Result<bool>> WatchAsync()
        {
            woken();
            return new(true);
        }
    }

    /// <summary>Looks are made by the test alone.</summary>
    private sealed class NoTimers(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts how often all grants of a shard are gone through.</summary>
    private sealed class CountingReader(Replica replica) : ILedgerReader
    {
        private readonly ReplicaReader _inner = new(replica);
        private int _wholeScans;

        public int WholeScans => Volatile.Read(ref _wholeScans);

        public GenesisFile Genesis => _inner.Genesis;

        public LedgerView View(int shard) => new(new Rows(replica.Store.State((uint)shard), () => Interlocked.Increment(ref _wholeScans)));

        public LedgerTip Tip(int shard) => _inner.Tip(shard);

        public CommittedGrants? Grants(int shard, long height) => _inner.Grants(shard, height);

        public Result<CommittedEntry> Entry(int shard, long leaf) => _inner.Entry(shard, leaf);

        public Result<ReadOnlyMemory<byte>> Object(Hash32 name) => _inner.Object(name);

        public CommittedStatement? Find(int shard, Hash32 statementId) => _inner.Find(shard, statementId);

        public Result<ReadOnlyMemory<byte>> Receipt(int shard, long leaf) => _inner.Receipt(shard, leaf);
    }

    private sealed class Rows(IRowReader inner, Action whole) : IRowReader
    {
        public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value) => inner.TryGet(key, out value);

        public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default)
        {
            if (prefix.Length == 1) whole();
            return inner.Scan(prefix, after);
        }
    }
}
