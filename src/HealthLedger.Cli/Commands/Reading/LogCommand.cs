using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Reading;

/// <summary><c>log</c>: what stands in the ledger under a patient, as a person reads it: who looked, who wrote, what was granted.</summary>
internal static class LogCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string?> patient = new("patient") { Description = "The patient: did, or id in the book; a patient's wallet means its own", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> all = new("--all") { Description = "Every entry; else accesses, consents and keys, with records counted" };
        Option<long> after = new("--after") { Description = "Only entries after this leaf", DefaultValueFactory = _ => -1, HelpName = "LEAF" };
        LedgerCommand command = new("log", "Show who looked at a patient's record, who may, and what happened to it", "log 4711", "log --as ada", "log 4711 --all --json")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                LogReader reader = new(actor);
                List<LogLine> lines = [];
                for (long cursor = call.Value(after); ;)
                {
                    if (!(await actor.Client.Queries.AccessLogAsync(actor.Party, did, cursor, ExchangeLimits.LogEntriesMax, call.Cancel)).TryGet(out LogPage? page, out fault)) return fault;
                    foreach (LogEntry entry in page.Entries)
                    {
                        if (!(await reader.ReadAsync(did, entry, call.Cancel)).TryGet(out LogLine? line, out fault)) return fault;
                        lines.Add(line);
                    }
                    if (page.Next is not { } next) break;
                    cursor = next;
                }
                JsonArray json = new([.. lines.Select(line => (JsonNode)new JsonObject
                {
                    ["leaf"] = line.Leaf, ["height"] = line.Height, ["time"] = Words.Instant(line.Time), ["issuer"] = line.Issuer, ["issuerName"] = line.Who, ["type"] = line.Type, ["what"] = line.What,
                    ["outcome"] = line.Outcome, ["reason"] = line.Reason is { } reason ? FaultTable.Text(reason) : null, ["person"] = line.Person,
                })]);
                return new Answer(json, console => Print(console, call.Value(all) ? lines : Fold(lines), lines));
            },
        };
        command.Add(patient);
        command.Add(all);
        command.Add(after);
        return command;
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<LogLine> shown, List<LogLine> all)
    {
        Table table = new Table().RoundedBorder().AddColumns("When", "Who", "What", "Outcome");
        foreach (LogLine line in shown)
        {
            string who = line.Person is null ? line.Who : $"{line.Who}: {line.Person}";
            string color = line.Outcome is "denied" or "refused" ? "red" : line.Outcome == "permitted" ? "green" : "default";
            table.AddRow(Words.Time(line.Time), Markup.Escape(who), Markup.Escape(line.What), $"[{color}]{Markup.Escape(line.OutcomeText)}[/]");
        }
        console.Write(table);
        int looks = all.Count(line => line.Type == EventType.AccessRequest), denied = all.Count(line => line.Type == EventType.AccessRequest && line.Outcome == "denied");
        console.WriteLine($"{all.Count} entries; {looks} accesses, {denied} of them denied.");
    }

    // Runs of records by one author become one line: a person wants to see who looked, not a thousand deposits.
    private static List<LogLine> Fold(List<LogLine> lines)
    {
        List<LogLine> folded = [];
        int run = 0;
        for (int i = 0; i <= lines.Count; i++)
        {
            bool record = i < lines.Count && lines[i].Type is EventType.RecordAdd or EventType.SegmentOpen;
            if (record && run > 0 && lines[i].Who == lines[i - 1].Who && lines[i].Type == lines[i - 1].Type && lines[i].Outcome == lines[i - 1].Outcome)
            {
                run++;
                continue;
            }
            if (run > 1) folded[^1] = folded[^1] with { What = lines[i - 1].Type == EventType.RecordAdd ? $"added {run} records" : $"opened {run} segments" };
            if (i == lines.Count) break;
            folded.Add(lines[i]);
            run = record ? 1 : 0;
        }
        return folded;
    }
}
