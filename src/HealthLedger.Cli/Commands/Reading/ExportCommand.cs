using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Export;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Commands.Reading;

/// <summary><c>export</c>: a patient's whole record as one file that can be checked without us.</summary>
internal static class ExportCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> patient = new("patient") { Description = "The patient: did, or id in the book; \"-\" means the acting patient's own" };
        Argument<string> file = new("file") { Description = "Where to; a file that exists is not overwritten" };
        Option<bool> sealedMode = new("--sealed") { Description = "Encrypted to the holder's key; else in the clear" };
        LedgerCommand command = new("export", "Write a patient's whole record, with receipts, as one file that `verify` checks offline", "export 4711 4711.hlx", "export - my-record.hlx --as ada --sealed")
        {
            Run = async call =>
            {
                string? named = call.Value(patient) == "-" ? null : call.Value(patient);
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(named).TryGet(out LedgerDid did, out fault)) return fault;
                string path = call.Value(file)!;
                if (File.Exists(path)) return new Fault(FaultCode.FileUnusable, $"{path} exists; it is not overwritten.");
                string beside = path + ".part";
                FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
                if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                ExportOptions how = new() { Mode = call.Value(sealedMode) ? ExportMode.Sealed : ExportMode.Open };
                Result<long> written;
                long bytes;
                await using (FileStream stream = new(beside, options))
                {
                    written = await new PatientExporter(actor.Client, actor.AuthorityFor(did), actor.Reader).WriteAsync(stream, how, cancel: call.Cancel);
                    stream.Flush(flushToDisk: true);
                    bytes = stream.Length;
                }
                if (!written.TryGet(out long entries, out fault))
                {
                    File.Delete(beside);
                    return fault;
                }
                File.Move(beside, path);
                return Answer.Of(new JsonObject { ["file"] = path, ["patient"] = did.ToString(), ["entries"] = entries, ["bytes"] = bytes },
                    $"{entries} entries, {bytes:N0} bytes in {path}{(call.Value(sealedMode) ? ", encrypted" : ", in the clear: keep it safe")}.", $"Anyone can check it: healthledger verify {path}");
            },
        };
        command.Add(patient);
        command.Add(file);
        command.Add(sealedMode);
        return command;
    }
}
