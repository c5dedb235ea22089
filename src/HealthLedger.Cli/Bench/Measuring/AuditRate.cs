using System.Security.Cryptography;
using HealthLedger.Cli.Bench.Baselines;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Cli.Commands.Proofs;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator.Audit;

namespace HealthLedger.Cli.Bench.Measuring;

/// <summary>P8: how fast a ledger that one replica wrote is audited offline. A ledger of single events, another of signed batches.</summary>
internal static class AuditRate
{
    private const int InFlightSingles = 512, InFlightBatches = 16;

    /// <summary>Writes a ledger for some seconds, stops the replica, audits its store.</summary>
    public static async Task<Fault?> MeasureAsync(string folder, int batch, double seconds, int statements, PrimitiveBaseline machine, RandomNumberGenerator random, List<BenchLine> lines, CancellationToken cancel)
    {
        if (!(await MeasuredNetwork.StartAsync(folder, 1, null, random, cancel)).TryGet(out MeasuredNetwork? network, out Fault fault)) return fault;
        GenesisFile genesis = network.Genesis;
        await using (network)
        {
            SignedLoad[] load = network.Sign(statements, batch, cancel);
            if (!(await network.Driver.SaturateAsync(load, batch == 1 ? InFlightSingles : InFlightBatches, TimeSpan.FromSeconds(seconds), cancel)).TryGet(out _, out fault)) return fault;
        }
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        if (!(await AuditStore.RunAsync(Path.Combine(folder, "members", "0", "store"), genesis, chainOnly: false, TimeProvider.System, null, cancel)).TryGet(out AuditReport? report, out fault)) return fault;
        if (report.Finding is { } finding) return new Fault(FaultCode.BenchFailed, $"The audit of the measured ledger found a fault: {finding.Fault} At {finding.Place}.");
        lines.Add(new BenchLine("P8", $"offline audit, batch {batch}, {report.Entries:N0} entries in {report.Blocks:N0} blocks, {machine.Cores} cores", report.Entries / report.Duration.TotalSeconds, "entries/s")
        {
            Bound = machine.Bound(1, batch),
            CoresUsed = (Environment.CpuUsage.TotalTime - cpu) / report.Duration,
        });
        return null;
    }
}
