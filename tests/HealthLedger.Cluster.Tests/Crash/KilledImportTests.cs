using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Client.Verify;
using HealthLedger.Cluster.Tests.Processes;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Cluster.Tests.Crash;

/// <summary>The node's own executable, killed in the middle of an import, again and again.</summary>
public sealed class KilledImportTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Kills = 10, Patients = 6, Chunks = 15, ChunkRecords = 8, SettledBetweenKills = 60;

    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-").FullName;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly ConcurrentDictionary<Hash32, DepositedRecord> _acknowledged = new();
    private readonly TaskCompletionSource[] _due = [.. Enumerable.Range(0, Kills).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    private NodeProcess _node = null!;
    private GenesisFile _genesis = null!;
    private OrganizationWallet _hospital = null!;
    private int _rounds, _settled;

    public async ValueTask InitializeAsync()
    {
        // Founded here, so that the test has the hospital's keys; from now on the folder is the node's.
        await using StandaloneNetwork founded = await OpenAsync();
        _genesis = founded.Genesis;
        OrganizationKeys keys = founded.Organizations[0];
        _hospital = new OrganizationWallet(keys.Did.Network, keys.Identity.Public, keys.Signing, keys.Sealing, keys.IndexKey);
        _node = NodeProcess.Standalone(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _random.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_acknowledged_receipt_verifies_and_nothing_is_there_twice_after_ten_kills_during_an_import()
    {
        using HttpClient http = new();
        HttpLedgerConnection connection = new(http, new HttpLedgerOptions { BaseAddress = _node.Address, SubmitTimeout = TimeSpan.FromSeconds(10), QueryTimeout = TimeSpan.FromSeconds(10) }, TimeProvider.System);
        LedgerClientOptions options = new() { Retry = new RetrySchedule(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), 4) };
        await _node.StartAsync();
        LedgerClient client = TestCluster.Good(await LedgerClient.ConnectAsync(connection, _genesis.Hash, options, random: _random));
        Seat hospital = new(client, _hospital);
        LedgerDid[] patients = await Task.WhenAll(Enumerable.Range(0, Patients).Select(i => hospital.PatientAsync($"p{i}")));

        Task import = Task.WhenAll(patients.Select((patient, i) => ImportAsync(hospital, patient, i)));
        for (int kill = 0; kill < Kills; kill++)
        {
            await Task.WhenAny(_due[kill].Task, import).WaitAsync(TimeSpan.FromSeconds(60));
            import.IsCompleted.Should().BeFalse("the import is under way when the node is killed");
            int acknowledged = _acknowledged.Count;
            await _node.KillAsync();
            long since = Stopwatch.GetTimestamp();
            await _node.StartAsync();
            output.WriteLine($"kill {kill + 1} with {acknowledged} records acknowledged; up again after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
        }
        await import.WaitAsync(TimeSpan.FromSeconds(120));
        output.WriteLine($"{_rounds} rounds of the import were begun again");

        _acknowledged.Count.Should().BeLessThanOrEqualTo(Patients * Chunks * ChunkRecords);
        await AssertReceiptsAsync(connection);
        foreach (LedgerDid patient in patients) await AssertOnceAsync(hospital, patient, Array.IndexOf(patients, patient));
        await AssertAgainAddsNothingAsync(new Seat(client, _hospital), patients);
        await _node.KillAsync();
        await AssertReplicasAreAlikeAsync();
    }

    // One chunk after another. A chunk whose fate is unknown is begun again: the ledger itself is the journal.
    private async Task ImportAsync(Seat hospital, LedgerDid patient, int number)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50));
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            Result<IReadOnlyList<DepositedRecord>> done = await hospital.Depositor.DepositAsync(patient, RecordsOf(number, chunk));
            while (!done.IsOk)
            {
                RetrySchedule.Passes(done.Fault.Code).Should().BeTrue($"a dead node is the only reason to try again, not {done.Fault}");
                Interlocked.Increment(ref _rounds);
                await pause.WaitForNextTickAsync();
                done = await hospital.Depositor.DepositAsync(patient, RecordsOf(number, chunk));
            }
            foreach (DepositedRecord record in done.Value)
            {
                record.Kind.Should().BeOneOf(DepositKind.Added, DepositKind.Existing);
                // What came in a second time is the first one's: that was acknowledged, or its answer was lost.
                if (record.Kind == DepositKind.Added) _acknowledged[record.RecordId] = record;
            }
            int next = Interlocked.Add(ref _settled, ChunkRecords) / SettledBetweenKills;
            for (int kill = 0; kill < Math.Min(next, Kills); kill++) _due[kill].TrySetResult();
        }
    }

    private async Task AssertReceiptsAsync(HttpLedgerConnection connection)
    {
        OfflineVerifier verifier = new(_genesis);
        await Parallel.ForEachAsync(_acknowledged.Values, async (record, cancel) =>
        {
            ReadOnlyMemory<byte> receipt = TestCluster.Good(await connection.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index, cancel));
            ReceiptFacts facts = TestCluster.Good(verifier.VerifyReceipt(receipt));
            facts.LeafIndex.Should().Be(record.Leaf, "an entry stays where it was said to be");
            facts.Event.Hash.Should().Be(record.RecordId);
            facts.Time.Should().Be(record.Time);
        });
    }

    private async Task AssertOnceAsync(Seat hospital, LedgerDid patient, int number)
    {
        OpenedRecords read = TestCluster.Good(await hospital.Reader.ReadAsync(Seat.Access(patient)));
        string[] expected = [.. Enumerable.Range(0, Chunks).SelectMany(chunk => RecordsOf(number, chunk)).Select(record => Convert.ToHexString(record.Content.Span))];
        read.Records.Select(record => Convert.ToHexString(record.Content!.Value.Span)).Should().BeEquivalentTo(expected);
        List<Protocol.Exchange.LogEntry> log = await hospital.LogAsync(patient);
        OutcomeKind[] added = [.. log.Where(entry => Event.Decode(entry.Event).Value.Type == EventType.RecordAdd).Select(entry => Outcome.Decode(entry.Outcome.Span).Value.Kind)];
        added.Count(kind => kind == OutcomeKind.Applied).Should().Be(expected.Length);
        output.WriteLine($"patient {number}: {expected.Length} records, {added.Length - expected.Length} committed as duplicates of a statement whose fate was unknown");
        added.Should().OnlyContain(kind => kind == OutcomeKind.Applied || kind == OutcomeKind.Duplicate);
    }

    private async Task AssertAgainAddsNothingAsync(Seat hospital, LedgerDid[] patients)
    {
        for (int number = 0; number < patients.Length; number++)
        {
            int before = (await hospital.LogAsync(patients[number])).Count;
            IReadOnlyList<DepositedRecord> again = TestCluster.Good(await hospital.Depositor.DepositAsync(patients[number], [.. Enumerable.Range(0, Chunks).SelectMany(chunk => RecordsOf(number, chunk))]));
            again.Should().OnlyContain(record => record.Kind == DepositKind.Existing && record.StatementId == null);
            (await hospital.LogAsync(patients[number])).Count.Should().Be(before);
        }
    }

    private async Task AssertReplicasAreAlikeAsync()
    {
        await using StandaloneNetwork network = await OpenAsync();
        await Waiting.UntilAsync(() => Enumerable.Range(0, network.Count).All(member => network.Member(member)!.Replica.Health is { IsVoting: true, DamageFound: 0 }), "every member votes, and none found damage");
        for (int shard = 0; shard <= network.Genesis.Shards; shard++)
        {
            await Waiting.UntilAsync(() => Enumerable.Range(0, network.Count).Select(member => network.Member(member)!.Replica.TipOf(shard).Info.Hash).Distinct().Count() == 1, $"shard {shard} is level");
            Enumerable.Range(0, network.Count).Select(member => TestCluster.Fingerprint(network.Member(member)!.Replica, shard)).Distinct().Should().HaveCount(1);
        }
    }

    private async Task<StandaloneNetwork> OpenAsync() =>
        TestCluster.Good(await StandaloneNetwork.StartAsync(_folder, 4, new StandaloneOptions { Network = "test-crash" }, _random, TimeProvider.System, NullLoggerFactory.Instance));

    private static PlainRecord[] RecordsOf(int patient, int chunk) => [.. Enumerable.Range(patient * 100_000 + chunk * ChunkRecords, ChunkRecords).Select(Seat.Record)];
}
