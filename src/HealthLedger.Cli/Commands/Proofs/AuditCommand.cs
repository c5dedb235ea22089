using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Validator.Audit;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary><c>audit</c>: a whole ledger, offline, from the genesis on.</summary>
internal static class AuditCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> path = new("path") { Description = "The data folder of a standalone network, the store of one replica, or an export; no node may run on it" };
        Option<bool> chain = new("--chain-only") { Description = "Leave out whether the vault holds what events name: for a restored backup, which has no keys yet" };
        LedgerCommand command = new("audit", "Check a whole ledger offline: every link, signature, rule, outcome, root and certificate; the first fault is told with its place",
            "audit healthledger-data --genesis genesis.cbor  # every member's store in it",
            "audit healthledger-data/members/0/store",
            "audit restored-store --chain-only",
            "audit my-record.hlx --json")
        {
            Run = async call =>
            {
                string named = call.Value(path)!;
                if (!call.OfflineGenesis().TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
                if (File.Exists(named)) return await FileAsync(call, named, genesis);
                if (!Directory.Exists(named)) return new Fault(FaultCode.FileUnusable, $"There is no file or folder {named}.");
                string[] stores = StoresOf(named);
                List<(string Store, AuditReport Report)> reports = [];
                foreach (string store in stores)
                {
                    call.Note($"Auditing {store}");
                    if (!(await AuditStore.RunAsync(store, genesis, call.Value(chain), call.Terminal.Clock, AuditProgressBar.For(call), call.Cancel)).TryGet(out AuditReport? report, out fault)) return fault;
                    reports.Add((store, report));
                }
                return Answer(reports);
            },
        };
        command.Add(path);
        command.Add(chain);
        return command;
    }

    private static string[] StoresOf(string folder)
    {
        string members = Path.Combine(folder, "members");
        return Directory.Exists(members) ? [.. Directory.EnumerateDirectories(members).Order(StringComparer.Ordinal).Select(member => Path.Combine(member, "store")).Where(Directory.Exists)] : [folder];
    }

    private static async Task<Result<Answer>> FileAsync(Call call, string file, GenesisFile genesis)
    {
        if (!(await FileVerifier.VerifyAsync(file, ConfigurationHistory.From(genesis), null, call.Cancel)).TryGet(out VerifiedFile? good, out Fault fault)) return fault;
        return Shell.Answer.Of(new JsonObject { ["file"] = file, ["holds"] = true, ["kind"] = good.Kind, ["facts"] = good.Json }, [$"{file} holds: {good.Kind}", .. good.Lines]);
    }

    private static Answer Answer(List<(string Store, AuditReport Report)> reports)
    {
        JsonArray json = new([.. reports.Select(pair => (JsonNode)new JsonObject
        {
            ["store"] = pair.Store, ["holds"] = pair.Report.Holds, ["blocks"] = pair.Report.Blocks, ["entries"] = pair.Report.Entries, ["signatures"] = pair.Report.Signatures,
            ["certificates"] = pair.Report.Certificates, ["heights"] = new JsonArray([.. pair.Report.Heights.Select(height => (JsonNode)height)]), ["seconds"] = Math.Round(pair.Report.Duration.TotalSeconds, 3),
            ["fault"] = pair.Report.Finding is { } finding
                ? new JsonObject { ["code"] = finding.Fault.CodeText, ["message"] = finding.Fault.Message, ["file"] = finding.Place.File, ["shard"] = finding.Place.Shard, ["height"] = finding.Place.Height, ["item"] = finding.Place.Item }
                : null,
        })]);
        AuditFinding? first = reports.Select(pair => pair.Report.Finding).FirstOrDefault(finding => finding is not null);
        return new Answer(json, console =>
        {
            foreach ((string store, AuditReport report) in reports)
            {
                if (report.Finding is { } finding) console.MarkupLineInterpolated($"[red]BAD[/]   {store}: {finding.Fault} At {finding.Place}.");
                else console.MarkupLineInterpolated($"[green]holds[/] {store}");
                console.WriteLine($"      {report.Blocks:N0} blocks, {report.Entries:N0} entries, {report.Signatures:N0} signatures, {report.Certificates:N0} certificates in {report.Duration.TotalSeconds:0.0} s; heights {string.Join(", ", report.Heights)}");
            }
        })
        { ExitCode = first is null ? 0 : FaultTable.Row(first.Fault.Code).ExitCode };
    }
}
