using System.Text.Json.Nodes;
using HealthLedger.Faults.Cases;
using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Series;

/// <summary>
/// Runs faults one after another on one network under one load. After each: commits went on in every shard, every member is level, and everything that was
/// acknowledged since the beginning is at every member, proved, once, readable, on one chain.
/// </summary>
internal sealed class FaultSeries(SeriesOptions options, Action<string> say)
{
    private const int PatienceSeconds = 60;
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(60), LevelLimit = TimeSpan.FromSeconds(120), InFlight = TimeSpan.FromSeconds(1);

    private long _verified;

    /// <summary>What each fault did, in order.</summary>
    public List<FaultRow> Rows { get; } = [];

    /// <summary>What the loads counted.</summary>
    public JsonArray Loads { get; } = [];

    /// <summary>Runs it; true when nothing was wrong.</summary>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        for (int round = 0; round < options.Rounds; round++)
        {
            FaultCase[] chosen = [.. FaultCatalog.All().Where(each => options.Only.Count > 0 ? options.Only.Any(name => each.Name.StartsWith(name, StringComparison.Ordinal)) : !options.Short || each.IsShort)];
            foreach (WorldKind kind in Enum.GetValues<WorldKind>())
            {
                if (chosen.Where(each => each.World == kind).ToArray() is not { Length: > 0 } own) continue;
                try
                {
                    await RunAsync(kind, own, round, cancel);
                }
                catch (SeriesException stopped)
                {
                    Rows.Add(new FaultRow { Name = "series", What = $"{kind} cannot go on", Wrong = [stopped.Message] });
                    say($"WRONG: {stopped.Message}");
                }
            }
        }
        return Rows.TrueForAll(row => row.IsGood);
    }

    private async Task RunAsync(WorldKind kind, FaultCase[] cases, int round, CancellationToken cancel)
    {
        if (kind == WorldKind.Namespaces && await Namespaces.MissingAsync() is { } missing)
        {
            Rows.AddRange(cases.Select(each => new FaultRow { Name = each.Name, Skipped = missing }));
            return;
        }
        string folder = Path.Combine(options.Folder, $"{kind.ToString().ToLowerInvariant()}-{round}");
        await using FaultWorld world = await FaultWorld.StartAsync(kind, folder, options.Seed + round, options.Rate, say, cancel);
        _verified = 0;
        foreach (FaultCase each in cases)
        {
            FaultRow row = await each.MissingAsync(world) is { } lacking ? new FaultRow { Name = each.Name, Skipped = lacking } : await RunAsync(world, each);
            Rows.Add(row);
            say($"{each.Name}: {(row.Skipped is { } why ? $"skipped: needs {why}" : $"{row.What}; next commit {row.ToNextCommit?.ToString() ?? "-"} ms, after healing {row.AfterHealing} ms, {row.AckedAfter} acknowledged, {row.Missing} missing, {row.Forks} forks{string.Concat(row.Wrong.Select(wrong => "\n  WRONG: " + wrong))}")}");
        }
        Loads.Add(await EndAsync(world, cases[^1].Name, isAudited: kind != WorldKind.Upgrade));
    }

    private async Task<FaultRow> RunAsync(FaultWorld world, FaultCase each)
    {
        FaultRow row = new() { Name = each.Name };
        List<string> wrong = [];
        try
        {
            await world.LevelAsync(LevelLimit);
            await each.PrepareAsync(world);
            await world.ResumedAsync(FaultWorld.Now, CommitLimit);
            row = row with { AckedBefore = world.Acks.All.Count };
            row = row with { What = await each.InjectAsync(world) };
            long moment = world.Moment;
            if (each.CommitsGoOn) row = row with { ToNextCommit = await world.ResumedAsync(moment, CommitLimit, each.Aside) };
            else await PausedAsync(world, wrong);
            await UntilAsync(moment + (long)each.Lasts.TotalMilliseconds, world.Cancel);
            await each.HealAsync(world);
            row = row with { AfterHealing = await world.ResumedAsync(world.Moment, CommitLimit) };
            await world.LevelAsync(LevelLimit);
            wrong.AddRange(await each.CheckAsync(world));
        }
        catch (SeriesException stopped)
        {
            wrong.Add(stopped.Message);
        }
        // What was checked after the fault before is checked again at the end only.
        return await VerifiedAsync(world, row, wrong, _verified);
    }

    /// <summary>No quorum is left: nothing that is sent now is committed, and what was committed is proved all the same.</summary>
    private async Task PausedAsync(FaultWorld world, List<string> wrong)
    {
        long begun = FaultWorld.Now + (long)InFlight.TotalMilliseconds;
        await UntilAsync(begun, world.Cancel);
        MemberProcess[] up = [.. world.Members.Where(member => member.IsUp)];
        if (up.Length > 0)
        {
            JsonNode proofs = await world.VerifyAsync(up, proofsOnly: true, patienceSeconds: 5, _verified);
            // Members cut off before they heard of the last commits cannot have them; whatever they do show must be right.
            foreach (string kind in (string[])["proof", "twice", "fork"])
                if (proofs["counts"]![kind]!.GetValue<long>() > 0) wrong.Add($"While nothing could be committed a proof was wrong: {proofs["findings"]![0]}");
            long asked = proofs["acknowledged"]!.GetValue<long>();
            if (proofs["members"]!.AsArray().All(member => member!["receipts"]!.GetValue<long>() < asked)) wrong.Add($"While nothing could be committed no member proved all {asked} entries: {proofs["findings"]![0]}");
        }
        if (world.Acks.SentAfter(begun) is > 0 and var acked) wrong.Add($"{acked} statements were acknowledged without a quorum.");
    }

    private async Task<FaultRow> VerifiedAsync(FaultWorld world, FaultRow row, List<string> wrong, long since)
    {
        long asked = FaultWorld.Now;
        int acknowledged = world.Acks.All.Count;
        JsonNode verified = await world.VerifyAsync(world.Members, proofsOnly: false, PatienceSeconds, since);
        _verified = asked;
        JsonNode counts = verified["counts"]!;
        long Count(string kind) => counts[kind]!.GetValue<long>();
        bool good = verified["good"]!.GetValue<bool>();
        if (!good) wrong.Add(verified["findings"]![0]!.ToJsonString());
        return row with
        {
            AckedAfter = acknowledged, Missing = Count("missing") + Count("content") + Count("proof") + Count("twice"), Forks = Count("fork"),
            Equal = good && verified["equalUpTo"]!.AsObject().All(shard => shard.Value!.GetValue<long>() > 0), Wrong = wrong,
        };
    }

    /// <summary>Ends the load, stops every member, and audits every member's store offline: every link, signature, rule, outcome, root and certificate.</summary>
    private async Task<JsonNode> EndAsync(FaultWorld world, string last, bool isAudited)
    {
        JsonNode load = await world.EndLoadAsync();
        List<string> wrong = [];
        foreach (KeyValuePair<string, JsonNode?> fault in load["failed"]!.AsObject()) wrong.Add($"A writer that tries again was told {fault.Key}, {fault.Value} times.");
        FaultRow row = await VerifiedAsync(world, new FaultRow { Name = "end", What = $"load ended after {last}; all members stopped; {(isAudited ? "every store audited offline" : "no audit: the command line lacks the next rules")}", AckedBefore = load["records"]!.GetValue<int>() }, wrong, since: 0);
        foreach (MemberProcess member in world.Members) await member.StopAsync();
        foreach (MemberProcess member in isAudited ? world.Members : [])
        {
            (int code, JsonNode audit) = await world.Cli.RunAsync("audit", Path.Combine(member.Folder, "replica"));
            if (code != 0) row = row with { Equal = false, Wrong = [.. row.Wrong, $"The audit of member {member.Index} ended with {code}: {audit.ToJsonString()}"] };
        }
        Rows.Add(row);
        say($"end: {row.AckedAfter} acknowledged, {row.Missing} missing, {row.Forks} forks; load: {load.ToJsonString()}");
        return load;
    }

    private static Task UntilAsync(long moment, CancellationToken cancel) => Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, moment - FaultWorld.Now)), cancel);
}
