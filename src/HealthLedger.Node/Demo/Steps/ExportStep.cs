using HealthLedger.Client.Export;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The patient takes the whole record along, and it is checked without the network.</summary>
internal sealed class ExportStep : IStep
{
    /// <inheritdoc/>
    public string Title => "The patient takes the whole record along, with the proof of every entry";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        string path = Path.Combine(world.Folder, "patient.export");
        PatientDirectory directory = new(world.Ledger, world.Wallet!.Party);
        PatientExporter exporter = new(world.Ledger, world.Wallet.Authority, new RecordReader(world.Ledger, directory));
        await using (FileStream file = File.Create(path))
        {
            Result<long> written = await exporter.WriteAsync(file, cancel: cancel);
            if (!written.IsOk) return StepResult.Bad($"It was not written: {written.Fault}");
        }
        await using FileStream read = File.OpenRead(path);
        Result<ExportSummary> verified = await new OfflineVerifier(world.Ledger.Network.Genesis).VerifyExportAsync(read, cancel: cancel);
        if (!verified.TryGet(out ExportSummary? summary, out Fault fault)) return StepResult.Bad($"It does not verify: {fault}");
        return new StepResult(summary.Records > 0,
            [$"[green]✓[/] {summary.Entries} entries and {summary.Records} records in {new FileInfo(path).Length / 1024} KiB, verified offline", $"[grey]{path}[/]"]);
    }
}
