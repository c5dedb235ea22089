using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Backups;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary><c>admin backup</c>, <c>admin check-backup</c>, <c>admin restore</c>: copies of a replica's store.</summary>
internal static class BackupCommands
{
    /// <summary>Takes a backup, or brings one up to date.</summary>
    public static LedgerCommand Write()
    {
        Argument<string> store = new("store") { Description = "The replica's store; the node may run" };
        Argument<string> target = new("backup") { Description = "A folder: empty, missing, or an earlier backup of this store" };
        LedgerCommand command = new("backup", "Copy a replica's blocks and ciphertexts: what is new or changed since the last backup. Votes and keys are never copied",
            "admin backup /var/lib/healthledger/store /backup/hospital",
            "admin backup healthledger-data/members/0/store /backup/hospital --json")
        {
            Run = async call => (await StoreBackup.WriteAsync(call.Value(store)!, call.Value(target)!, call.Terminal.Clock, BytesProgressBar.For(call), call.Cancel)).TryGet(out BackupReport? report, out Fault fault)
                ? Told(report, $"Backed up {Words(report)}; {report.CopiedFiles} segments copied, {report.CopiedBytes:N0} bytes.",
                    report.DamagedRecords == 0 ? null : $"{report.DamagedRecords} records of the store read damaged and were copied as they are; the node heals them from the other members.")
                : fault,
        };
        command.Add(store);
        command.Add(target);
        return command;
    }

    /// <summary>Reads a backup whole.</summary>
    public static LedgerCommand Check()
    {
        Argument<string> source = new("backup") { Description = "The backup's folder" };
        LedgerCommand command = new("check-backup", "Read a backup whole and hold every byte against its manifest", "admin check-backup /backup/hospital")
        {
            Run = async call => (await StoreBackup.VerifyAsync(call.Value(source)!, BytesProgressBar.For(call), call.Cancel)).TryGet(out BackupReport? report, out Fault fault)
                ? Told(report, $"The backup holds: {Words(report)}.", null)
                : fault,
        };
        command.Add(source);
        return command;
    }

    /// <summary>Makes a store from a backup.</summary>
    public static LedgerCommand Restore()
    {
        Argument<string> source = new("backup") { Description = "The backup's folder" };
        Argument<string> store = new("store") { Description = "Where the store shall be: an empty or missing folder" };
        LedgerCommand command = new("restore", "Make a replica's store from a backup. It then catches up, and votes once its member has replaced its validator key",
            "admin restore /backup/hospital /var/lib/healthledger/store")
        {
            Run = async call => (await StoreBackup.RestoreAsync(call.Value(source)!, call.Value(store)!, BytesProgressBar.For(call), call.Cancel)).TryGet(out BackupReport? report, out Fault fault)
                ? Told(report, $"Restored {Words(report)}.", "Start the node: it computes its rows, fetches what is newer and the wrapped keys from the other members, and follows without voting until its validator key is replaced.")
                : fault,
        };
        command.Add(source);
        command.Add(store);
        return command;
    }

    private static string Words(BackupReport report) =>
        $"{report.Manifest.Files.Count} segments, {report.Manifest.Bytes:N0} bytes, begun {report.Manifest.Made.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}";

    private static Answer Told(BackupReport report, string line, string? advice) => Answer.Of(
        new JsonObject
        {
            ["begun"] = report.Manifest.Made.ToString("O", CultureInfo.InvariantCulture), ["segments"] = report.Manifest.Files.Count, ["bytes"] = report.Manifest.Bytes,
            ["copiedSegments"] = report.CopiedFiles, ["copiedBytes"] = report.CopiedBytes, ["damagedRecords"] = report.DamagedRecords,
        },
        advice is null ? [line] : [line, advice]);
}
