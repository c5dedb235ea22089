using System.Globalization;
using System.Threading.Channels;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Records;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Load;

/// <summary>
/// Continuous load: one organization begins patients and puts records in, through several nodes, until it is ended. Everything acknowledged is in
/// <see cref="File"/> before it is counted.
/// </summary>
/// <param name="clients">For each node a client that prefers it and goes on with the others.</param>
/// <param name="wallet">Who writes.</param>
/// <param name="options">What load.</param>
/// <param name="tally">Counts.</param>
/// <param name="clock">The clock.</param>
/// <param name="name">The name of this run; records are called after it.</param>
internal sealed class LoadRun(IReadOnlyList<LedgerClient> clients, OrganizationWallet wallet, LoadOptions options, LoadTally tally, TimeProvider clock, string name) : IAsyncDisposable
{
    private const int ReceiptsWaitingMax = 1_024, ReceiptTries = 600;
    private static readonly TimeSpan ReceiptPause = TimeSpan.FromMilliseconds(100), LastStatements = TimeSpan.FromSeconds(30), Second = TimeSpan.FromSeconds(1);

    private readonly Channel<(int Node, DepositedRecord Record)> _receipts = Channel.CreateBounded<(int, DepositedRecord)>(ReceiptsWaitingMax);
    private long _records;

    /// <summary>For each node a client that prefers it.</summary>
    public IReadOnlyList<LedgerClient> Clients => clients;

    /// <summary>Who writes.</summary>
    public OrganizationWallet Wallet => wallet;

    /// <summary>What load.</summary>
    public LoadOptions Options => options;

    /// <summary>Counts.</summary>
    public LoadTally Tally => tally;

    /// <summary>The clock.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The file of acknowledged entries.</summary>
    public AckFile File { get; } = AckFile.Open(options.File);

    /// <summary>The shards that are written to, ascending.</summary>
    public IReadOnlyList<int> Shards { get; private set; } = [];

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The next record; each another one.</summary>
    public PlainRecord NextRecord() => LoadContent.Record(name, Interlocked.Increment(ref _records), options.Bytes);

    /// <summary>Fetches and keeps the receipt of an entry when there is time; under much load some are left out.</summary>
    public void WantReceipt(int node, DepositedRecord record) => _receipts.Writer.TryWrite((node, record));

    /// <summary>Writes until the time has come, or until it is ended.</summary>
    /// <param name="progress">Told a line a second.</param>
    /// <param name="cancel">Ends it; statements under way are not counted then.</param>
    public async Task<Fault?> RunAsync(Action<string> progress, CancellationToken cancel)
    {
        await File.AppendAsync([new AckLine { Kind = "run", Run = name, Genesis = clients[0].Network.Genesis.Hash.ToString(), By = wallet.Did.ToString(), Started = Now }]);
        Result<IReadOnlyDictionary<int, LedgerDid[]>> begun = await BeginPatientsAsync(cancel);
        if (!begun.TryGet(out IReadOnlyDictionary<int, LedgerDid[]>? patients, out Fault fault)) return fault;
        Shards = [.. patients.Keys.Order()];
        tally.Begin(Now);

        long started = clock.GetTimestamp();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (options.Duration is { } duration) stop.CancelAfter(duration + LastStatements);
        int count = options.Writers > 0 ? options.Writers : clients.Count * Shards.Count;
        TimeSpan interval = TimeSpan.FromSeconds(count / options.Rate);
        Task writing = Task.WhenAll(Enumerable.Range(0, count).Select(i =>
        {
            int node = i % clients.Count, shard = Shards[i / clients.Count % Shards.Count];
            return WriteAsync(new LoadWriter(this, node, shard, patients[shard], interval));
        }));
        Task keeping = KeepReceiptsAsync(cancel);
        Task telling = TellAsync(progress, stop.Token);
        await WithoutCancelAsync(writing);
        _receipts.Writer.TryComplete();
        tally.End(Shards, Now);
        await WithoutCancelAsync(keeping);
        await stop.CancelAsync();
        await WithoutCancelAsync(telling);
        return null;

        async Task WriteAsync(LoadWriter writer)
        {
            try
            {
                await writer.RunAsync(() => options.Duration is not { } time || clock.GetElapsedTime(started) < time, stop.Token);
            }
            catch (IOException)
            {
                // The file cannot be written: nothing more can be claimed.
                await stop.CancelAsync();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => File.DisposeAsync();

    // A patient's shard follows from the name: names are tried until there are enough and every shard has one, where there are to be as many patients as shards.
    private async Task<Result<IReadOnlyDictionary<int, LedgerDid[]>>> BeginPatientsAsync(CancellationToken cancel)
    {
        LedgerClient client = clients[0];
        PatientRegistry registry = new(client);
        PatientDirectory directory = new(client, wallet.Party);
        List<(int Shard, LedgerDid Did)> patients = [];
        int shards = client.Network.Shards, most = 8 * options.Patients;
        bool Enough() => patients.Count >= options.Patients && (shards > options.Patients || patients.Count >= most || patients.Select(patient => patient.Shard).Distinct().Count() == shards);
        while (!Enough())
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{name}-{patients.Count}");
            Result<PatientView> begun = await registry.EnsureStewardedAsync(wallet, directory, LoadContent.System, id, cancel);
            if (!begun.TryGet(out PatientView? view, out Fault fault)) return fault;
            patients.Add((client.Network.ShardOf(view.Did), view.Did));
        }
        return patients.GroupBy(patient => patient.Shard).ToDictionary(group => group.Key, group => group.Select(patient => patient.Did).ToArray());
    }

    private async Task KeepReceiptsAsync(CancellationToken cancel)
    {
        OfflineVerifier verifier = new(clients[0].Network.Genesis);
        await foreach ((int node, DepositedRecord record) in _receipts.Reader.ReadAllAsync(cancel))
        {
            Result<ReadOnlyMemory<byte>> answer = await ReceiptAsync(node, record, cancel);
            if (!answer.TryGet(out ReadOnlyMemory<byte> receipt, out Fault fault) || !verifier.VerifyReceipt(receipt).TryGet(out ReceiptFacts? facts, out fault))
            {
                tally.Fail(fault);
                continue;
            }
            if (facts.LeafIndex != record.Leaf || facts.Event.Hash != record.RecordId)
            {
                tally.Fail(new Fault(FaultCode.ProofInvalid, "The receipt is of another entry than was acknowledged."));
                continue;
            }
            await File.AppendAsync([new AckLine { Kind = "receipt", Shard = record.Shard, Statement = record.StatementId.ToString(), Index = record.Index, Receipt = receipt.ToArray() }]);
            tally.KeepReceipt();
        }
    }

    // Another node than the one that acknowledged may hear of the entry a moment later.
    private async Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int node, DepositedRecord record, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            Result<ReadOnlyMemory<byte>> answer = await clients[node].Connection.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index, cancel);
            bool passes = !answer.IsOk && (answer.Fault.Code == FaultCode.NotFound || Client.Network.RetrySchedule.Passes(answer.Fault.Code));
            if (!passes || attempt == ReceiptTries) return answer;
            await Task.Delay(ReceiptPause, clock, cancel);
        }
    }

    private async Task TellAsync(Action<string> progress, CancellationToken cancel)
    {
        using PeriodicTimer timer = new(Second, clock);
        for (long before = 0; await timer.WaitForNextTickAsync(cancel); before = tally.Statements)
        {
            progress(string.Create(CultureInfo.InvariantCulture,
                $"{(Now - tally.Started) / 1_000} s: {tally.Statements} statements committed, {tally.Statements - before} in the last second; longest time without one {tally.Longest.Milliseconds} ms; {tally.Retried.Values.Sum()} tried again, {tally.Failed.Values.Sum()} failed"));
        }
    }

    private static async Task WithoutCancelAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // Ended by the caller or by the time: what was under way is not counted.
        }
    }
}
