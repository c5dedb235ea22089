using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Import;
using HealthLedger.Cli.Keys;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Records;
using HealthLedger.Gateway.Fhir.Ingest;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Importing;

/// <summary><c>import</c>: FHIR Bundles and bulk NDJSON into the ledger.</summary>
internal static class ImportCommand
{
    /// <summary>The base of NDJSON resources where none is given.</summary>
    public const string DefaultSource = "https://source.invalid/fhir";

    private const int WorkersMax = 64, ReportsShown = 5;

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string[]> paths = new("path") { Description = "Files, folders, or patterns: FHIR Bundles (.json), single resources, bulk NDJSON", Arity = ArgumentArity.OneOrMore };
        Option<string?> report = new("--report") { Description = "Write what was refused or noticed here, a JSON object a line: file, position, resource, code, reason", HelpName = "FILE" };
        Option<string> source = new("--source") { Description = "The base address of the server that NDJSON comes from; give each server its own, unless its ids are UUIDs", DefaultValueFactory = _ => DefaultSource, HelpName = "URL" };
        Option<bool> strict = new("--strict") { Description = "Refuse resources whose conditional references find nothing, instead of keeping them as logical references" };
        Option<int> workers = new("--workers") { Description = "Files under way at once", DefaultValueFactory = _ => 4, HelpName = "N" };
        LedgerCommand command = new("import", "Bring FHIR Bundles and bulk NDJSON in; the same import again adds nothing, a stopped one goes on",
            "import bundles/",
            "import 'export/*.ndjson' --source https://his.example/fhir --report refused.ndjson",
            "import hospitalInformation.json practitionerInformation.json patient.json --as riverside --json")
        {
            Run = async call =>
            {
                if (call.Value(workers) is < 1 or > WorkersMax) return new Fault(FaultCode.UsageWrong, $"--workers is 1 to {WorkersMax}.");
                if (!InputFiles.Units(call.Value(paths)!, call.Value(source)!.TrimEnd('/')).TryGet(out IReadOnlyList<ImportUnit>? units, out Fault fault)) return fault;
                if (!(await Actor.OpenAsync(call, organization: true)).TryGet(out Actor? actor, out fault)) return fault;
                using FhirIngest ingest = new(actor.Client, actor.Organization!, actor.Directory, new RecordDepositor(actor.Client, actor.Organization!, actor.Directory));
                Importer importer = new(ingest, actor.Organization!, units, new ImportOptions { Strict = call.Value(strict), Workers = call.Value(workers) }, call.Terminal.Clock);
                long started = call.Terminal.Clock.GetTimestamp();
                Fault? broken = await ImportProgress.RunAsync(call, importer, call.Cancel);
                actor.Folder.Book(actor.Info).Add(importer.Patients.Select(patient => new BookedPatient(patient.Did, patient.System, patient.Id)));
                if (call.Value(report) is { } path) WriteReport(path, importer.Tally.Reports);
                if (broken is { } stopped) return stopped;
                return Answer(importer, call.Terminal.Clock.GetElapsedTime(started), call.Value(report));
            },
        };
        command.Add(paths);
        foreach (Option option in new Option[] { report, source, strict, workers }) command.Add(option);
        return command;
    }

    private static Answer Answer(Importer importer, TimeSpan took, string? reportFile)
    {
        ImportTally tally = importer.Tally;
        IReadOnlyList<ImportReport> reports = tally.Reports;
        int refused = reports.Count(line => line.Fate == ImportFate.Refused), kept = reports.Count(line => line.Fate == ImportFate.Kept), passed = reports.Count - refused - kept;
        bool complete = tally.Types.Values.All(count => count.In + count.Refused == count.Input);
        double rate = importer.Total / Math.Max(0.001, took.TotalSeconds);
        JsonObject json = new()
        {
            ["resources"] = importer.Total, ["newEntries"] = tally.NewEntries, ["refused"] = refused, ["keptAsLogical"] = kept, ["passedOver"] = passed, ["patients"] = importer.Patients.Count,
            ["countsMatch"] = complete, ["seconds"] = Math.Round(took.TotalSeconds, 3), ["resourcesPerSecond"] = Math.Round(rate, 1),
            ["types"] = new JsonObject(tally.Types.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)new JsonObject
            {
                ["input"] = pair.Value.Input, ["added"] = pair.Value.Added, ["amended"] = pair.Value.Amended, ["existing"] = pair.Value.Existing, ["refused"] = pair.Value.Refused,
            }))),
        };
        return new Answer(json, console =>
        {
            Table table = new Table().RoundedBorder().AddColumns("Type", "In the input", "Added", "New version", "There already", "Refused");
            for (int column = 1; column < 6; column++) table.Columns[column].RightAligned();
            foreach ((string type, TypeCount count) in tally.Types)
                table.AddRow(Markup.Escape(type), $"{count.Input:N0}", Number(count.Added), Number(count.Amended), Number(count.Existing), count.Refused == 0 ? "" : $"[red]{count.Refused:N0}[/]");
            table.AddRow("[bold]All[/]", $"{importer.Total:N0}", Number(tally.Types.Values.Sum(count => count.Added)), Number(tally.Types.Values.Sum(count => count.Amended)),
                Number(tally.Types.Values.Sum(count => count.Existing)), Number(tally.Types.Values.Sum(count => count.Refused)));
            console.Write(table);
            console.WriteLine($"{importer.Patients.Count} patients. {importer.Total:N0} resources in {took.TotalSeconds:0.0} s: {rate:N0} a second. {(complete ? "The counts match the input." : "THE COUNTS DO NOT MATCH THE INPUT.")}");
            foreach (ImportReport line in reports.Where(line => line.Fate == ImportFate.Refused).Take(ReportsShown))
                console.MarkupLineInterpolated($"[red]Refused[/] {line.Place.File}:{line.Place.Position} {line.Place.Name}: {line.Fault}");
            if (refused > ReportsShown) console.WriteLine($"... and {refused - ReportsShown} more refused.");
            if (passed > 0) console.WriteLine($"{passed} lines are JSON and no FHIR resources; they were passed over.");
            if (kept > 0) console.WriteLine($"{kept} references could not be resolved and were kept as logical references.");
            if (reports.Count > 0) console.WriteLine(reportFile is null ? "--report FILE lists them all." : $"All of it is in {reportFile}.");
        })
        { ExitCode = complete && refused == 0 ? 0 : FaultTable.Row(FaultCode.ImportIncomplete).ExitCode };
    }

    private static string Number(int count) => count == 0 ? "" : $"{count:N0}";

    private static void WriteReport(string path, IReadOnlyList<ImportReport> reports)
    {
        using StreamWriter writer = new(path);
        foreach (ImportReport line in reports)
        {
            writer.WriteLine(new JsonObject
            {
                ["file"] = line.Place.File, ["position"] = line.Place.Position, ["resource"] = line.Place.Name, ["fate"] = line.Fate switch { ImportFate.Refused => "refused", ImportFate.Kept => "kept", _ => "passed over" }, ["code"] = line.Fault.CodeText, ["reason"] = line.Fault.Message,
            }.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        }
    }
}
