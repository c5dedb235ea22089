using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Load;
using HealthLedger.Cli.Load.Verify;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Network;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Loading;

/// <summary><c>load verify</c>: everything that was acknowledged, held against every member.</summary>
internal static class LoadVerifyCommand
{
    private static readonly RetrySchedule Retry = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), 3);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> file = new("file") { Description = "The file that `load` wrote" };
        Option<double> patience = new("--patience") { Description = "Seconds that a member which is behind is waited for", DefaultValueFactory = _ => 30, HelpName = "N" };
        Option<long> since = new("--since") { Description = "Only what was acknowledged from then on, in milliseconds since 1970", HelpName = "TIME" };
        Option<bool> proofs = new("--proofs-only") { Description = "Ask for receipts and logs only, which are answered also while nothing can be committed; else each record is opened too, by an access" };
        LedgerCommand command = new("verify", "Ask every member, each alone, for every acknowledged entry: proved, there once, readable, one chain",
            "load verify acked.jsonl --node http://127.0.0.1:8081 --node http://127.0.0.1:8082 --node http://127.0.0.1:8083",
            "load verify acked.jsonl --proofs-only --patience 5 --node http://127.0.0.1:8081 --json")
        {
            Run = call => call.Value(patience) is >= 0.1 and <= 3_600 ? RunAsync(call, call.Value(file)!, TimeSpan.FromSeconds(call.Value(patience)), call.Value(since), !call.Value(proofs)) : Task.FromResult<Result<Answer>>(new Fault(FaultCode.UsageWrong, "--patience is 0.1 to 3600.")),
        };
        command.Add(file);
        foreach (Option option in new Option[] { patience, since, proofs }) command.Add(option);
        return command;
    }

    private static async Task<Result<Answer>> RunAsync(Call call, string file, TimeSpan patience, long since, bool wantContents)
    {
        if (!call.Nodes().TryGet(out IReadOnlyList<Uri>? nodes, out Fault fault)) return fault;
        if (!File.Exists(file)) return new Fault(FaultCode.FileUnusable, $"There is no file {file}.");
        if (!AckFile.Read(file).TryGet(out IReadOnlyList<AckLine>? lines, out fault)) return fault;
        if (!(await Actor.OpenAsync(call, organization: true)).TryGet(out Actor? actor, out fault)) return fault;
        LoadVerification verification = new(actor.Client.Network.Genesis, actor.Organization!, patience, wantContents);
        Fault? broken = await verification.RunAsync([.. lines.Where(line => line.Kind == "run" || line.Acked >= since || (line.Acked is null && since == 0))], nodes, ConnectAsync, call.Note, call.Cancel);
        return broken is { } stopped ? stopped : Answer(verification, nodes.Count);

        async Task<Result<LedgerClient>> ConnectAsync(Uri node) => await LedgerClient.ConnectAsync(
            new FailoverConnection([call.Connection(node)], new FailoverOptions { Timeout = CallTimeout }, call.Terminal.Clock), actor.Client.Network.Genesis.Hash, new LedgerClientOptions { Retry = Retry },
            call.Terminal.Clock, call.Terminal.Random, call.Cancel);
    }

    private static Answer Answer(LoadVerification verification, int nodes)
    {
        Findings findings = verification.Findings;
        JsonObject json = new()
        {
            ["good"] = findings.AreNone, ["acknowledged"] = verification.Acknowledged, ["keptReceipts"] = verification.KeptReceipts,
            ["members"] = new JsonArray([.. verification.Members.Select(member => (JsonNode)new JsonObject
            {
                ["node"] = member.Node.ToString(), ["receipts"] = member.Receipts, ["entries"] = member.Entries, ["contents"] = member.Contents,
            })]),
            ["equalUpTo"] = new JsonObject(verification.EqualUpTo.Select(pair => KeyValuePair.Create(pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), (JsonNode?)pair.Value))),
            ["checkpoint"] = verification.CheckpointSize,
            ["counts"] = new JsonObject(Enum.GetValues<FindingKind>().Select(kind => KeyValuePair.Create(kind.ToString().ToLowerInvariant(), (JsonNode?)findings.Count(kind)))),
            ["findings"] = new JsonArray([.. findings.Kept.Select(finding => (JsonNode)new JsonObject { ["kind"] = finding.Kind.ToString().ToLowerInvariant(), ["node"] = finding.Node?.ToString(), ["what"] = finding.Sentence })]),
        };
        return new Answer(json, console =>
        {
            foreach (MemberProbe member in verification.Members)
                console.WriteLine($"{member.Node}  {member.Receipts} receipts, {member.Entries} entries, {member.Contents} contents of {verification.Acknowledged} acknowledged");
            console.WriteLine($"One chain at all members up to height {string.Join(", ", verification.EqualUpTo.Select(pair => $"{pair.Value} of shard {pair.Key}"))}; checkpoint of size {verification.CheckpointSize?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} at all.");
            if (findings.AreNone)
            {
                console.WriteLine($"Nothing is missing at {nodes} members, nothing is there twice, no fork.");
                return;
            }
            console.WriteLine($"FIRST DIFFERENCE: {findings.Kept[0].Node?.ToString() ?? "the file"}: {findings.Kept[0].Sentence}");
            foreach (FindingKind kind in Enum.GetValues<FindingKind>())
                if (findings.Count(kind) is > 0 and var count) console.WriteLine($"{kind}: {count}");
        })
        { ExitCode = findings.AreNone ? 0 : FaultTable.Row(FaultCode.ProofInvalid).ExitCode };
    }
}
