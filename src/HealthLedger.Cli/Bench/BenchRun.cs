using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Cli.Bench.Measuring;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Bench;

/// <summary>
/// One run of everything that was asked for: first the machine's primitives and PostgreSQL, then the ledger, on the same disk, one after the other. Load is
/// signed before it is measured.
/// </summary>
/// <param name="options">What.</param>
/// <param name="random">For keys and names.</param>
/// <param name="say">Told what is under way.</param>
internal sealed class BenchRun(BenchOptions options, RandomNumberGenerator random, Action<string> say)
{
    /// <summary>Bytes of signed load held in memory at most; a run that would need more is shorter.</summary>
    private const long LoadBytesMax = 512L << 20;

    private const int EventBytes = PrimitiveBaseline.EventBytes, StatementBytes = 600;
    private const double WarmUpShare = 0.2;

    private readonly List<BenchLine> _lines = [];
    private readonly List<string> _notes = [];
    private PrimitiveBaseline _machine = null!;
    private PostgresBaseline? _postgres;

    /// <summary>What was measured.</summary>
    public IReadOnlyList<BenchLine> Lines => _lines;

    /// <summary>What a reader must know beside the numbers.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Measures; a fault where something could not be.</summary>
    public async Task<Fault?> RunAsync(CancellationToken cancel)
    {
        string folder = Path.Combine(Path.GetFullPath(options.Folder), $"healthledger-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            await BaselinesAsync(folder, cancel);
            if (Asked("P1") && await SinglesAsync("P1", folder, 1, cancel) is { } first) return first;
            if ((Asked("P2") || Asked("P3") || Asked("P4")) && await ReplicatedAsync(folder, cancel) is { } second) return second;
            if (Asked("P8") && await AuditsAsync(folder, cancel) is { } audit) return audit;
            if (Asked("P9") && await TakeOver.MeasureAsync(Path.Combine(folder, "P9"), options.Replicas, random, _lines, say, cancel) is { } lost) return lost;
            if (Asked("P10") && await StartUp.MeasureAsync(folder, options.Replicas, _lines, _notes, cancel) is { } third) return third;
            if (Asked("COST") && await CostsAsync(folder, cancel) is { } cost) return cost;
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private bool Asked(string goal) => options.Goals.Contains(goal);

    private async Task BaselinesAsync(string folder, CancellationToken cancel)
    {
        TimeSpan each = TimeSpan.FromSeconds(Math.Clamp(options.Seconds / 5, 0.3, 3));
        say("Measuring the machine's primitives");
        _machine = PrimitiveBaseline.Measure(each, cancel);
        _lines.Add(new BenchLine("machine", $"ES256 verifications, {_machine.Cores} cores", _machine.VerificationsPerSecond, "1/s"));
        _lines.Add(new BenchLine("machine", $"hashes of {EventBytes} B, {_machine.Cores} cores", _machine.EventHashesPerSecond, "1/s"));
        _lines.Add(new BenchLine("machine", "4 KiB written and flushed, median (a cache may answer)", DiskFlush.Measure(folder), "ms"));
        if (!options.Postgres || PostgresServer.FindBinaries() is not { } binaries)
        {
            _notes.Add(options.Postgres ? "PostgreSQL is not installed here, so it was not measured." : "PostgreSQL was left out.");
            return;
        }
        say("Measuring PostgreSQL");
        try
        {
            await using PostgresServer server = await PostgresServer.StartAsync(binaries, Path.GetTempPath(), cancel);
            _postgres = await PostgresBaseline.MeasureAsync(server, each, cancel);
        }
        catch (InvalidOperationException exception)
        {
            _notes.Add($"PostgreSQL could not be measured: {exception.Message}");
            return;
        }
        _lines.Add(new BenchLine("postgresql", "one-row durable commits, 16 clients", _postgres.OneRowCommitsPerSecond, "rows/s"));
        _lines.Add(new BenchLine("postgresql", "256-row inserts, 8 clients", _postgres.BatchRowsPerSecond, "rows/s"));
        _lines.Add(new BenchLine("postgresql", "one durable commit, median", _postgres.OneCommitMilliseconds, "ms"));
    }

    private async Task<Fault?> SinglesAsync(string goal, string folder, int replicas, CancellationToken cancel)
    {
        say($"{goal}: starting {replicas} replica{(replicas == 1 ? "" : "s")}");
        Result<MeasuredNetwork> started = await MeasuredNetwork.StartAsync(Path.Combine(folder, goal), replicas, options.OwnObjectBytes, random, cancel);
        if (!started.TryGet(out MeasuredNetwork? network, out Fault fault)) return fault;
        await using (network) return (await ThroughputAsync(goal, network, replicas, 1, cancel)).Fault is { IsNone: false } broken ? broken : null;
    }

    private async Task<Fault?> ReplicatedAsync(string folder, CancellationToken cancel)
    {
        say($"Starting {options.Replicas} replicas");
        Result<MeasuredNetwork> started = await MeasuredNetwork.StartAsync(Path.Combine(folder, "replicated"), options.Replicas, options.OwnObjectBytes, random, cancel);
        if (!started.TryGet(out MeasuredNetwork? network, out Fault fault)) return fault;
        await using (network)
        {
            double single = 0, batched = 0;
            if (Asked("P2") || Asked("P4"))
            {
                if (!(await ThroughputAsync("P2", network, options.Replicas, 1, cancel)).TryGet(out single, out fault)) return fault;
            }
            if (Asked("P3") || Asked("P4"))
            {
                if (!(await ThroughputAsync("P3", network, options.Replicas, options.Batch, cancel)).TryGet(out batched, out fault)) return fault;
            }
            if (!Asked("P4")) return null;
            return await LatencyAsync(network, 1, single, cancel) ?? await LatencyAsync(network, options.Batch, batched, cancel);
        }
    }

    private async Task<Fault?> AuditsAsync(string folder, CancellationToken cancel)
    {
        foreach (int batch in new[] { 1, options.Batch })
        {
            say($"P8: writing a ledger of batches of {batch}, then auditing it");
            int statements = Statements(_machine.Bound(1, batch) * options.Seconds / batch, batch);
            if (await AuditRate.MeasureAsync(Path.Combine(folder, $"P8-{batch}"), batch, options.Seconds, statements, _machine, random, _lines, cancel) is { } fault) return fault;
        }
        return null;
    }

    private async Task<Fault?> CostsAsync(string folder, CancellationToken cancel)
    {
        foreach (int batch in new[] { 1, options.Batch })
        {
            int StatementsFor(int members) => Statements(_machine.Bound(members, batch) * options.Seconds / batch, batch);
            if (await CostMatrix.MeasureAsync(folder, StatementsFor, batch, options.Seconds, random, _lines, say, cancel) is { } fault) return fault;
        }
        return null;
    }

    private async Task<Result<double>> ThroughputAsync(string goal, MeasuredNetwork network, int replicas, int batch, CancellationToken cancel)
    {
        double bound = _machine.Bound(replicas, batch);
        int statements = Statements(bound * options.Seconds / batch, batch);
        say($"{goal}: signing {statements:N0} statements of {batch}");
        SignedLoad[] load = network.Sign(statements, batch, cancel);
        int inFlight = batch == 1 ? 512 : 16, warm = (int)(statements * WarmUpShare);
        say($"{goal}: {replicas} replicas, batches of {batch}");
        if (!(await network.Driver.SaturateAsync(load[..warm], inFlight, TimeSpan.FromSeconds(options.Seconds), cancel)).TryGet(out _, out Fault fault)) return fault;
        if (!(await network.Driver.SaturateAsync(load[warm..], inFlight, TimeSpan.FromSeconds(options.Seconds), cancel)).TryGet(out LoadResult? result, out fault)) return fault;
        _lines.Add(new BenchLine(goal, string.Create(CultureInfo.InvariantCulture, $"{replicas} replica{(replicas == 1 ? "" : "s")}, {_machine.Cores} cores, batch {batch}, {inFlight} statements a shard in flight, {result.Elapsed.TotalSeconds:0.0} s"), result.Rate, "events/s")
        {
            Bound = bound, CoresUsed = result.CoresUsed,
            Compared = _postgres is null ? null : batch == 1 ? $"{result.Rate / _postgres.OneRowCommitsPerSecond:0.00} x one-row commits" : $"{result.Rate / _postgres.OneRowCommitsPerSecond:0.0} x one-row commits, {result.Rate / _postgres.BatchRowsPerSecond:0.00} x 256-row inserts",
        });
        return result.Rate;
    }

    private async Task<Fault?> LatencyAsync(MeasuredNetwork network, int batch, double full, CancellationToken cancel)
    {
        double rate = full / batch / 2;
        int statements = Statements(rate * options.Seconds, batch);
        SignedLoad[] load = network.Sign(statements, batch, cancel), alone = network.Sign(Statements(200 * options.Seconds, batch), batch, cancel);
        say($"P4: half load, batches of {batch}");
        if (!(await network.Driver.SteadyAsync(load, rate, cancel)).TryGet(out LoadResult? half, out Fault fault)) return fault;
        Latency($"half load ({half.Rate:N0} events/s), batch {batch}", half);
        say($"P4: idle, batches of {batch}");
        if (!(await network.Driver.IdleAsync(alone, TimeSpan.FromSeconds(options.Seconds / 2), cancel)).TryGet(out LoadResult? idle, out fault)) return fault;
        Latency($"idle, one statement at a time, batch {batch}", idle);
        return null;
    }

    private void Latency(string what, LoadResult result)
    {
        string? compared = _postgres is null ? null : $"PostgreSQL's one commit {_postgres.OneCommitMilliseconds:0.00} ms";
        _lines.Add(new BenchLine("P4", $"{options.Replicas} replicas, {what}: p50", result.Percentile(0.5), "ms") { Compared = compared, CoresUsed = result.CoresUsed });
        _lines.Add(new BenchLine("P4", $"{options.Replicas} replicas, {what}: p99", result.Percentile(0.99), "ms"));
    }

    private int Statements(double wanted, int batch)
    {
        long bytes = StatementBytes + (long)batch * (EventBytes + (options.OwnObjectBytes is { } own ? own + 800 : 0));
        return (int)Math.Clamp(wanted, 8, LoadBytesMax / bytes);
    }
}
