using System.CommandLine;
using HealthLedger.Faults.Cases;
using HealthLedger.Faults.Member;
using HealthLedger.Faults.Series;

Option<string[]> only = new("--only") { Description = "Only faults whose names begin so; may be given several times", HelpName = "NAME" };
Option<bool> list = new("--list") { Description = "List the faults and end" };
Option<bool> brief = new("--short") { Description = "Only the main faults, as the test run has them" };
Option<int> rounds = new("--rounds") { Description = "How often everything is done, each time on a new network", DefaultValueFactory = _ => 1 };
Option<int> seed = new("--seed") { Description = "Draws members, shards and what proxies do", DefaultValueFactory = _ => 1 };
Option<double> rate = new("--rate") { Description = "Statements a second of the load", DefaultValueFactory = _ => 40 };
Option<string?> folder = new("--folder") { Description = "Where members' folders, logs, what was acknowledged and the table go; kept. Else a new one below the temporary folder, deleted when all was good" };

RootCommand root = new("Faults of a running network under load, one after another, and a table of what they did.") { only, list, brief, rounds, seed, rate, folder };
root.SetAction(async (parsed, cancel) =>
{
    if (parsed.GetValue(list))
    {
        foreach (FaultCase each in FaultCatalog.All()) Console.WriteLine($"{each.Name,-20} {(each.IsShort ? "short  " : "       ")}{each.What}");
        return 0;
    }
    string? named = parsed.GetValue(folder);
    string where = named ?? Directory.CreateTempSubdirectory("healthledger-faults-").FullName;
    Directory.CreateDirectory(where);
    SeriesOptions options = new()
    {
        Only = parsed.GetValue(only) ?? [], Short = parsed.GetValue(brief), Rounds = parsed.GetValue(rounds), Seed = parsed.GetValue(seed), Rate = parsed.GetValue(rate), Folder = where,
    };
    FaultSeries series = new(options, line => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}"));
    bool good = await series.RunAsync(cancel);
    FaultTable.Write(where, series.Rows, series.Loads, options.Seed);
    Console.WriteLine();
    Console.WriteLine(FaultTable.Text(series.Rows));
    if (good && named is null) Directory.Delete(where, recursive: true);
    else Console.WriteLine($"Logs, acknowledgements and the table are in {where}.");
    return good ? 0 : 1;
});
root.Subcommands.Add(TestMemberCommand.Make());
// Asked to end, it takes everything down first: processes, namespaces, mounts.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
