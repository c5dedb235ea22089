using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Bench;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Benching;

/// <summary><c>bench</c>: what the goals ask for, measured here and now, beside what it is compared with.</summary>
internal static class BenchCommand
{
    private static readonly string[] Usual = ["P1", "P2", "P3", "P4", "P8", "P10"], Known = [.. Usual, "P9", "COST"];

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string[]> goals = new("goal") { Description = $"What to measure: {string.Join(", ", Known)}; the first six where none is named. P9 is the time that nothing commits when a member is lost. COST is the processor time of an event with 1, 2, 4 members and 1 to 8 shards", Arity = ArgumentArity.ZeroOrMore };
        Option<double> seconds = new("--seconds") { Description = "About how long each run of load lasts", DefaultValueFactory = _ => 10, HelpName = "N" };
        Option<int> replicas = new("--replicas") { Description = "Replicas of P2 to P4 and P10, 1 to 7", DefaultValueFactory = _ => 4, HelpName = "N" };
        Option<int> batch = new("--batch") { Description = "Events under one signature in P3 and P4, 2 to 1024", DefaultValueFactory = _ => 256, HelpName = "N" };
        Option<int?> objects = new("--objects") { Description = "Give each record ciphertexts of its own, of so many bytes; else a patient's records share theirs", HelpName = "BYTES" };
        Option<string?> folder = new("--folder") { Description = "The disk to measure on; a folder below it is made and deleted", HelpName = "FOLDER" };
        Option<bool> noPostgres = new("--no-postgres") { Description = "Leave PostgreSQL out" };
        LedgerCommand command = new("bench", "Measure the ledger on this machine, beside its primitives and PostgreSQL, in one run",
            "bench", "bench P1 P2 P3 --seconds 5", "bench P3 --batch 1024 --objects 2600 --json", "bench P4 --folder /var/lib/healthledger", "bench COST --seconds 4 --no-postgres")
        {
            Run = async call =>
            {
                HashSet<string> asked = [.. (call.Value(goals) is { Length: > 0 } named ? named : Usual).Select(goal => goal.ToUpperInvariant())];
                if (asked.FirstOrDefault(goal => !Known.Contains(goal)) is { } unknown) return new Fault(FaultCode.UsageWrong, $"{unknown} is not one of {string.Join(", ", Known)}.");
                if (call.Value(seconds) is not (>= 0.2 and <= 600)) return new Fault(FaultCode.UsageWrong, "--seconds is 0.2 to 600.");
                if (call.Value(replicas) is < 1 or > 7 || call.Value(batch) is < 2 or > 1024) return new Fault(FaultCode.UsageWrong, "--replicas is 1 to 7, --batch 2 to 1024.");
                if (call.Value(objects) is < 1 or > 1_000_000) return new Fault(FaultCode.UsageWrong, "--objects is 1 to 1000000.");
                BenchOptions options = new()
                {
                    Goals = asked, Seconds = call.Value(seconds), Replicas = call.Value(replicas), Batch = call.Value(batch), OwnObjectBytes = call.Value(objects),
                    Folder = call.Value(folder) ?? Path.GetTempPath(), Postgres = !call.Value(noPostgres),
                };
                BenchRun run = new(options, call.Terminal.Random, call.Note);
                if (await run.RunAsync(call.Cancel) is { } broken) return broken;
                string load = options.OwnObjectBytes is { } own
                    ? $"record.add events of about {Bench.Baselines.PrimitiveBaseline.EventBytes} bytes, each with ciphertexts of its own of {own} bytes and more"
                    : $"record.add events of about {Bench.Baselines.PrimitiveBaseline.EventBytes} bytes with a name and keys of their own; a patient's records share their ciphertexts";
                return Answer(run, load);
            },
        };
        command.Add(goals);
        foreach (Option option in new Option[] { seconds, replicas, batch, objects, folder, noPostgres }) command.Add(option);
        return command;
    }

    private static Answer Answer(BenchRun run, string load)
    {
        JsonObject json = new()
        {
            ["cores"] = Environment.ProcessorCount, ["load"] = load, ["bound"] = "cores / replicas / (verifications / batch + hashes an event)",
            ["lines"] = new JsonArray([.. run.Lines.Select(line => (JsonNode)line.ToJson())]), ["notes"] = new JsonArray([.. run.Notes.Select(note => (JsonNode)note)]),
        };
        return new Answer(json, console =>
        {
            Table table = new Table().RoundedBorder().AddColumns("", "Measured", "Value", "Bound", "Of bound", "Cores used", "Beside");
            foreach (int column in new[] { 2, 3, 4, 5 }) table.Columns[column].RightAligned();
            foreach (BenchLine line in run.Lines)
            {
                string format = line.Unit switch { "ms" => "N2", "µs" => "N1", _ => "N0" };
                table.AddRow(line.Goal, Markup.Escape(line.What), Markup.Escape($"{line.Value.ToString(format)} {line.Unit}"), line.Bound is { } bound ? $"{bound:N0}" : "", line.Ratio is { } ratio ? $"{ratio:P0}" : "", line.CoresUsed is { } cores ? $"{cores:0.0}" : "", Markup.Escape(line.Compared ?? ""));
            }
            console.Write(table);
            console.WriteLine($"Load: {load}; signed beforehand, handed to the member that leads the shard, counted when a quorum has it on disk.");
            console.WriteLine($"Cores used: what the run had of this machine's {Environment.ProcessorCount}; less means waiting, or that others used the machine.");
            foreach (string note in run.Notes) console.WriteLine(note);
            console.WriteLine("Everything above was measured in this one run.");
        });
    }
}
