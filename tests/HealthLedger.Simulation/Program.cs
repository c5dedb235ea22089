using System.Diagnostics;
using HealthLedger.Simulation.Engine;
using Xunit.MicrosoftTestingPlatform;

// With --schedules: runs so many from --seed on, with a line of progress. Otherwise: the tests.
string? Option(string name)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

if (Option("--trace") is { } traced)
{
    var trace = new HealthLedger.Simulation.Checks.Trace();
    Failure? one = Runner.Run(HealthLedger.Simulation.World.Plan.Of(ulong.Parse(traced)), null, trace, out _);
    foreach (string line in trace.Lines) Console.WriteLine(line);
    Console.WriteLine(one is null ? "nothing is wrong" : one.What);
    return one is null ? 0 : 1;
}

if (Option("--write-transcripts") is { } folder)
{
    foreach (HealthLedger.Simulation.Transcripts.Scenario scenario in HealthLedger.Simulation.Transcripts.Scenarios.All)
    {
        File.WriteAllText(Path.Combine(folder, scenario.FileName), scenario.Tell());
    }
    return 0;
}

if (args.Contains("--mutants"))
{
    foreach (HealthLedger.Simulation.Mutants.Mutant mutant in HealthLedger.Simulation.Mutants.MutantTable.All)
    {
        var time = Stopwatch.StartNew();
        (Failure? noticed, long needed) = Runner.Hunt(mutant, first: 1, limit: 100_000);
        Console.WriteLine($"{mutant.Name,-62} {(noticed is null ? "SURVIVES" : $"{needed,6} schedules, {time.Elapsed.TotalSeconds:F1} s: {noticed.What.Split('.')[0]}")}");
    }
    return 0;
}

if (Option("--schedules") is { } schedules)
{
    long count = long.Parse(schedules);
    ulong seed = ulong.Parse(Option("--seed") ?? "1");
    var watch = Stopwatch.StartNew();
    var gate = new Lock();
    long shown = 0;
    Failure? failure = Runner.RunMany(seed, count, done =>
    {
        lock (gate)
        {
            if (watch.ElapsedMilliseconds - shown < 500) return;
            shown = watch.ElapsedMilliseconds;
            double rate = done / watch.Elapsed.TotalSeconds;
            int filled = (int)(done * 30 / count);
            Console.Error.Write($"\r[{new string('#', filled)}{new string('.', 30 - filled)}] {done:N0} of {count:N0} schedules, {rate:N0}/s, {(count - done) / Math.Max(1, rate):N0} s left   ");
        }
    });
    Console.Error.WriteLine();
    Console.WriteLine(failure is null
        ? $"{count:N0} schedules from seed {seed} without a violation, {count / watch.Elapsed.TotalSeconds:N0}/s"
        : $"seed {failure.Seed} after {failure.Events} events: {failure.What}");
    return failure is null ? 0 : 1;
}

return args.Any(arg => arg is "-automated" or "@@")
    ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, HealthLedger.Simulation.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
