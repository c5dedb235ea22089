using System.Diagnostics;
using HealthLedger.Actors.Consents;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Reading;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.Views;
using HealthLedger.Storage;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sealing;
using HealthLedger.Storage.State;
using HealthLedger.TestMaterial;
using HealthLedger.Validator;

namespace HealthLedger.Cluster.Tests.Databases;

/// <summary>What the list of grants' ends saves after a restart, and what it costs a commit. Run with <c>--explicit only --show-live-output on</c>; nothing is asserted about time.</summary>
public sealed class ConsentListRates(ITestOutputHelper output)
{
    private const int Patients = 20_000, GrantsEach = 5;

    [Theory(Explicit = true)]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_first_look_after_a_restart(DatabaseKind kind)
    {
        string folder = Directory.CreateTempSubdirectory("healthledger-rates-").FullName;
        await using PostgresFixtureScope postgres = new();
        await using TestCluster cluster = await TestCluster.StartAsync(members: 1);
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("p");
        await hospital.DepositAsync(patient, 0, 2);
        TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, cluster.Clock.Now, cluster.Clock.Now + 86_400_000)));
        Replica replica = cluster.Network.Member(0)!.Replica;
        int shard = Protocol.Statements.Shards.Of(patient.ToString(), cluster.Network.Genesis.Shards);
        // The same row for many patients, in a store of its own with the files of a replica.
        Row running = replica.Store.State((uint)shard).Scan(default).First(row => row.Key.Length == 1 + 32 + 32 + 16 && new LedgerView(new One(row)).RunningGrants().Any());
        await using ReplicaStore rows = ReplicaStore.Open(Path.Combine(folder, "rows"), new StorageOptions(), TimeProvider.System).Value;
        RowChange[] changes = [.. Enumerable.Range(0, Patients * GrantsEach).Select(i => new RowChange(KeyOf(running, i), running.Value))];
        rows.State(1).Apply(1, [.. changes.OrderBy(change => change.Key, Comparer<ReadOnlyMemory<byte>>.Create((left, right) => left.Span.SequenceCompareTo(right.Span)))]);
        ManyReader reader = new(replica, rows.State(1));

        DatabaseOptions options = new() { Kind = kind, ReadTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(30) };
        if (kind == DatabaseKind.Postgres) options = options with { ConnectionString = (await postgres.Fixture.RequireAsync()).ConnectionString };
        await using NodeDatabase database = TestCluster.Good(await NodeDatabase.OpenAsync(options, folder, TimeProvider.System));
        SnapshotStore store = database.Store(new SnapshotSecret(new byte[32], "test"));
        async Task<double> LookAsync(SnapshotStore? snapshots)
        {
            await using ConsentWatch watch = new(reader, new Nobody(), new Still());
            if (snapshots is not null) watch.Keep(snapshots);
            Stopwatch time = Stopwatch.StartNew();
            await watch.LookAsync();
            return time.Elapsed.TotalMilliseconds;
        }
        for (int i = 0; i < 3; i++) output.WriteLine($"{kind}: {Patients} patients with {GrantsEach} grants each: without snapshots {await LookAsync(null):0.0} ms");
        output.WriteLine($"{kind}: the first look, which makes the list: {await LookAsync(store):0.0} ms");
        Stopwatch flush = Stopwatch.StartNew();
        await database.FlushAsync();
        output.WriteLine($"{kind}: until it is written: {flush.Elapsed.TotalMilliseconds:0.0} ms more");
        for (int i = 0; i < 3; i++) output.WriteLine($"{kind}: after a restart with it: {await LookAsync(store):0.0} ms");
    }

    [Fact(Explicit = true)]
    public async Task Noting_a_block_on_the_validators_thread()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(members: 1);
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("p");
        await hospital.DepositAsync(patient, 0, 500);
        Replica replica = cluster.Network.Member(0)!.Replica;
        int shard = Protocol.Statements.Shards.Of(patient.ToString(), cluster.Network.Genesis.Shards);
        Validator.Sharding.BlockRecord largest = Enumerable.Range(1, (int)replica.View(shard).Height).Select(height => replica.Record(shard, height)!).MaxBy(record => record.Block.EntryCount)!;
        Protocol.Events.Outcome[] outcomes = largest.Outcomes();
        Stopwatch watch = Stopwatch.StartNew();
        const int rounds = 20_000;
        for (int i = 0; i < rounds; i++) CommittedGrants.Of(shard, largest.Block, outcomes);
        output.WriteLine($"{watch.Elapsed.TotalMicroseconds / rounds:0.00} us for a block of {largest.Block.EntryCount} events");

        long after = (long)replica.Tree(shard).Size - 1;
        // What a patient's answers cost without any snapshot: blocks not decoded before, files in the system's cache.
        for (int i = 0; i < 300; i++) await hospital.DepositAsync(patient, 1_000 + i, 1);
        for (int round = 0; round < 5; round++)
        {
            ReplicaReader reader = new(replica);
            EmbeddedHost host = new(new EmbeddedHostOptions(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<EmbeddedHost>.Instance);
            host.Register(Actors.Patients.PatientActor.Kind(reader));
            Actors.Patients.IPatientActor actor = host.Get<Actors.Patients.IPatientActor>(patient.ToString());
            watch.Restart();
            TestCluster.Good(await actor.HeadAsync(cluster.Hospital.Did.ToString(), new PatientHeadRequest(patient.ToString())));
            double head = watch.Elapsed.TotalMilliseconds;
            watch.Restart();
            LogPage page = TestCluster.Good(await actor.LogAsync(cluster.Hospital.Did.ToString(), new AccessLogRequest(patient.ToString(), after, ExchangeLimits.LogEntriesMax)));
            output.WriteLine($"a patient's head {head:0.00} ms; {page.Entries.Count} lines of its log from {page.Entries.Select(entry => entry.Height).Distinct().Count()} blocks {watch.Elapsed.TotalMilliseconds:0.0} ms");
            await host.DisposeAsync();
        }
    }

    private static byte[] KeyOf(Row row, int i)
    {
        byte[] key = row.Key.ToArray();
        System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i / GrantsEach)).CopyTo(key, 1);
        System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i)).AsSpan(0, 16).CopyTo(key.AsSpan(65));
        return key;
    }

    private sealed class PostgresFixtureScope : IAsyncDisposable
    {
        public PostgresFixture Fixture { get; } = new();

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();
    }

    private sealed class Nobody : IActors
    {
        public T Get<T>(string key) where T : class, IActor => throw new InvalidOperationException("No grant ends soon.");
    }

    private sealed class Still : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed class One(Row row) : IRowReader
    {
        public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value) => throw new NotSupportedException();

        public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default) => row.Key.Span.StartsWith(prefix.Span) ? [row] : [];
    }

    /// <summary>A replica whose first shard has many grants.</summary>
    private sealed class ManyReader(Replica replica, StateStore rows) : ILedgerReader
    {
        private readonly ReplicaReader _inner = new(replica);

        public GenesisFile Genesis => _inner.Genesis;

        public LedgerView View(int shard) => shard == 1 ? new LedgerView(rows) : _inner.View(0);

        public LedgerTip Tip(int shard) => new(0, 0);

        public CommittedGrants? Grants(int shard, long height) => _inner.Grants(shard, 0);

        public Result<CommittedEntry> Entry(int shard, long leaf) => _inner.Entry(shard, leaf);

        public Result<ReadOnlyMemory<byte>> Object(Hash32 name) => _inner.Object(name);

        public CommittedStatement? Find(int shard, Hash32 statementId) => _inner.Find(shard, statementId);

        public Result<ReadOnlyMemory<byte>> Receipt(int shard, long leaf) => _inner.Receipt(shard, leaf);
    }
}
