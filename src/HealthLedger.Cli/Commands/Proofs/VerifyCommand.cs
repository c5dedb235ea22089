using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary><c>verify</c>: checks files with the genesis and nothing else.</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string[]> files = new("file") { Description = "Receipts, global receipts, exports, checkpoints, blocks, statements, genesis files, configurations", Arity = ArgumentArity.OneOrMore };
        Option<string?> hash = new("--hash") { Description = "The hash that a block must have, as a receipt or another member tells it", HelpName = "HASH" };
        Option<string?> configurations = new("--configurations") { Description = "Configurations since the genesis, as `admin configuration export` writes them: for checkpoints, and for files that bring none", HelpName = "FILE" };
        LedgerCommand command = new("verify", "Check files offline, with the genesis and nothing else; the first fault is told with its place",
            "verify receipt.cbor --genesis genesis.cbor",
            "verify my-record.hlx *.cbor --json",
            "verify block.cbor --hash 9c1fa4e2...  # a block alone proves only that body and header fit",
            "verify checkpoint.txt  # against the genesis pinned in the key folder",
            "verify checkpoint.txt --configurations configurations.cbor  # after members changed")
        {
            Run = async call =>
            {
                if (!call.OfflineGenesis().TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
                ConfigurationHistory? known = ConfigurationHistory.From(genesis);
                if (call.Value(configurations) is { } listed)
                {
                    if (!File.Exists(listed) || new FileInfo(listed).Length > ConfigurationHistory.BytesMax) return new Fault(FaultCode.FileUnusable, $"There is no file of configurations {listed}.");
                    if (!ConfigurationHistory.Decode(await File.ReadAllBytesAsync(listed, call.Cancel), genesis).TryGet(out known, out fault)) return fault;
                }
                Hash32? expected = null;
                if (call.Value(hash) is { } text)
                {
                    if (!Hash32.TryParse(text, out Hash32 parsed)) return new Fault(FaultCode.UsageWrong, "--hash is 64 hexadecimal digits.");
                    expected = parsed;
                }
                List<(string File, Result<VerifiedFile> Result)> results = [];
                foreach (string file in call.Value(files)!)
                    results.Add((file, File.Exists(file) ? await FileVerifier.VerifyAsync(file, known, expected, call.Cancel) : new Fault(FaultCode.FileUnusable, "There is no such file.")));
                JsonObject json = new()
                {
                    ["genesis"] = genesis.Hash.ToString(), ["good"] = results.Count(pair => pair.Result.IsOk), ["bad"] = results.Count(pair => !pair.Result.IsOk),
                    ["files"] = new JsonArray([.. results.Select(pair => (JsonNode)(pair.Result.TryGet(out VerifiedFile? good, out Fault bad)
                        ? new JsonObject { ["file"] = pair.File, ["good"] = true, ["kind"] = good.Kind, ["facts"] = good.Json }
                        : new JsonObject { ["file"] = pair.File, ["good"] = false, ["fault"] = FaultPrinter.ToJson(bad) }))]),
                };
                Result<VerifiedFile> worst = results.Select(pair => pair.Result).FirstOrDefault(result => !result.IsOk, results[0].Result);
                return new Answer(json, console =>
                {
                    foreach ((string file, Result<VerifiedFile> result) in results)
                    {
                        if (result.TryGet(out VerifiedFile? good, out Fault bad))
                        {
                            console.MarkupLineInterpolated($"[green]good[/] {file}: {good.Kind}");
                            foreach (string line in good.Lines) console.WriteLine($"  {line}");
                        }
                        else
                        {
                            console.MarkupLineInterpolated($"[red]BAD[/]  {file}: {bad.CodeText}: {bad.Message}");
                        }
                    }
                })
                { ExitCode = worst.IsOk ? 0 : FaultTable.Row(worst.Fault.Code).ExitCode };
            },
        };
        command.Add(files);
        command.Add(hash);
        command.Add(configurations);
        return command;
    }
}
