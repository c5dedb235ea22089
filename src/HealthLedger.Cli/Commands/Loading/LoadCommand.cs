using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Load;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Commands.Loading;

/// <summary><c>load</c>: continuous load that remembers what was acknowledged.</summary>
internal static class LoadCommand
{
    // A statement is tried again for minutes before a writer hears of a fault: members that are killed and started come back sooner.
    private static readonly RetrySchedule Retry = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), 400);

    /// <summary>The command, with <c>load verify</c> below it.</summary>
    public static LedgerCommand Make()
    {
        Option<string?> file = new("--file") { Description = "Where what was acknowledged is kept, a JSON object a line; a file that exists is continued", HelpName = "FILE" };
        Option<double?> seconds = new("--seconds") { Description = "How long; else until it is ended (Ctrl-C, SIGTERM)", HelpName = "N" };
        Option<double> rate = new("--rate") { Description = $"Statements a second over all writers, up to {LoadOptions.RateMax}", DefaultValueFactory = _ => 40, HelpName = "N" };
        Option<int> writers = new("--writers") { Description = "Writers, each with one statement under way; 0: one for each node and shard", HelpName = "N" };
        Option<int> patients = new("--patients") { Description = $"Patients to begin, 1 to {LoadOptions.PatientsMax}; some more where a shard would have none", DefaultValueFactory = _ => 16, HelpName = "N" };
        Option<int> batch = new("--batch") { Description = $"Records in a statement, 1 to {LoadOptions.BatchMax}", DefaultValueFactory = _ => 1, HelpName = "N" };
        Option<int> bytes = new("--bytes") { Description = $"Bytes of a record's content, 1 to {LoadOptions.BytesMax}", DefaultValueFactory = _ => 400, HelpName = "N" };
        Option<double> timeout = new("--timeout") { Description = "Seconds that a node may take for a call before the next is asked", DefaultValueFactory = _ => 5, HelpName = "N" };
        LedgerCommand command = new("load", "Put records in without an end and keep what was acknowledged in a file, to be held against every member later",
            "load --file acked.jsonl --seconds 60 --as riverside",
            "load --file acked.jsonl --rate 200 --writers 32 --node http://127.0.0.1:8081 --node http://127.0.0.1:8082",
            "load verify acked.jsonl --node http://127.0.0.1:8081 --node http://127.0.0.1:8082")
        {
            Run = async call =>
            {
                if (call.Value(file) is not { } path) return new Fault(FaultCode.UsageWrong, "Name the file for what is acknowledged with --file.");
                LoadOptions options = new()
                {
                    File = path, Duration = call.Value(seconds) is { } time ? TimeSpan.FromSeconds(time) : null, Rate = call.Value(rate), Writers = call.Value(writers),
                    Patients = call.Value(patients), Batch = call.Value(batch), Bytes = call.Value(bytes), Timeout = TimeSpan.FromSeconds(call.Value(timeout)),
                };
                if (options.Duration is { TotalSeconds: < 0.1 or > 1_000_000 } || options.Timeout.TotalSeconds is not (>= 0.1 and <= 600)) return new Fault(FaultCode.UsageWrong, "--seconds is 0.1 to 1000000, --timeout 0.1 to 600.");
                if (options.Rate is not (>= 0.01 and <= LoadOptions.RateMax) || options.Writers is < 0 or > LoadOptions.WritersMax) return new Fault(FaultCode.UsageWrong, $"--rate is 0.01 to {LoadOptions.RateMax}, --writers 0 to {LoadOptions.WritersMax}.");
                if (options.Patients is < 1 or > LoadOptions.PatientsMax || options.Batch is < 1 or > LoadOptions.BatchMax || options.Bytes is < 1 or > LoadOptions.BytesMax)
                    return new Fault(FaultCode.UsageWrong, $"--patients is 1 to {LoadOptions.PatientsMax}, --batch 1 to {LoadOptions.BatchMax}, --bytes 1 to {LoadOptions.BytesMax}.");
                return await RunAsync(call, options);
            },
        };
        foreach (Option option in new Option[] { file, seconds, rate, writers, patients, batch, bytes, timeout }) command.Add(option);
        return command.With(LoadVerifyCommand.Make());
    }

    private static async Task<Result<Answer>> RunAsync(Call call, LoadOptions options)
    {
        if (!call.Nodes().TryGet(out IReadOnlyList<Uri>? nodes, out Fault fault)) return fault;
        if (!(await Actor.OpenAsync(call, organization: true)).TryGet(out Actor? actor, out fault)) return fault;
        LoadTally tally = new(actor.Client.Network.Shards);
        ILedgerConnection[] doors = [.. nodes.Select(call.Connection)];
        FailoverOptions failover = new() { Timeout = options.Timeout, Failed = (_, failed) => tally.Retry(failed) };
        LedgerClient[] clients = [.. Enumerable.Range(0, doors.Length).Select(first => new LedgerClient(
            new FailoverConnection([.. doors.Skip(first), .. doors.Take(first)], failover, call.Terminal.Clock), actor.Client.Network, new LedgerClientOptions { Retry = Retry }, call.Terminal.Clock, call.Terminal.Random))];
        await using LoadRun run = new(clients, actor.Organization!, options, tally, call.Terminal.Clock, Id16.Random(call.Terminal.Random).ToString()[..8]);
        if (await run.RunAsync(call.Note, call.Cancel) is { } broken) return broken;
        return Answer(run, nodes, options);
    }

    private static Answer Answer(LoadRun run, IReadOnlyList<Uri> nodes, LoadOptions options)
    {
        LoadTally tally = run.Tally;
        double seconds = Math.Max(0.001, (tally.Ended - tally.Started) / 1_000.0);
        IReadOnlyList<CommitGap> gaps = tally.LongestOfShards(run.Shards);
        JsonObject json = new()
        {
            ["file"] = options.File, ["nodes"] = new JsonArray([.. nodes.Select(node => (JsonNode)node.ToString())]), ["started"] = tally.Started, ["ended"] = tally.Ended,
            ["statements"] = tally.Statements, ["records"] = tally.Records, ["receipts"] = tally.Receipts, ["statementsPerSecond"] = Math.Round(tally.Statements / seconds, 1),
            ["latency"] = new JsonObject { ["p50"] = tally.Latency(0.5), ["p99"] = tally.Latency(0.99), ["max"] = tally.Latency(1) },
            ["longestGap"] = Json(tally.Longest), ["longestGapOfShards"] = new JsonArray([.. gaps.Select(gap => (JsonNode)Json(gap))]),
            ["triedAgain"] = Json(tally.Retried), ["failed"] = Json(tally.Failed),
        };
        return Shell.Answer.Of(json,
            string.Create(CultureInfo.InvariantCulture, $"{tally.Statements} statements with {tally.Records} records acknowledged in {seconds:0.0} s: {tally.Statements / seconds:0.0} a second; {tally.Receipts} receipts verified and kept."),
            $"Acknowledged within {tally.Latency(0.5)} ms (half), {tally.Latency(0.99)} ms (99 %), {tally.Latency(1)} ms (all).",
            $"Longest time without a commit: {Text(tally.Longest)}; of one shard: {Text(gaps.MaxBy(gap => gap.Milliseconds))}.",
            $"Tried again by themselves: {Text(tally.Retried)}. Reached a writer: {Text(tally.Failed)}.",
            $"What was acknowledged is in {options.File}; hold it against every member with `healthledger load verify`.");
    }

    private static JsonObject Json(CommitGap gap)
    {
        JsonObject json = new() { ["milliseconds"] = gap.Milliseconds, ["from"] = gap.From, ["to"] = gap.To };
        if (gap.Shard is { } shard) json["shard"] = shard;
        return json;
    }

    private static JsonObject Json(IReadOnlyDictionary<string, long> counts) => new(counts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static string Text(CommitGap gap) =>
        $"{gap.Milliseconds} ms{(gap.Shard is { } shard ? $" in shard {shard}" : "")}, {Time(gap.From)} to {Time(gap.To)}";

    private static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Text(IReadOnlyDictionary<string, long> counts) => counts.Count == 0 ? "nothing" : string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value} times"));
}
