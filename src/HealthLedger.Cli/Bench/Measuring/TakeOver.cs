using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cli.Bench.Measuring;

/// <summary>
/// How long nothing commits when a member is lost: from the act until a statement that was handed to another member right after it is committed. Once
/// through one door, which alone knows that something waits, and once through every door that is left.
/// </summary>
internal sealed class TakeOver(MeasuredNetwork network, int rounds)
{
    private const int Shard = 1;
    private static readonly TimeSpan LeaderPoll = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(30), Rest = TimeSpan.FromSeconds(1);

    private StandaloneNetwork Members => network.Members;

    /// <summary>Measures every way to lose a member, several times each.</summary>
    public static async Task<Fault?> MeasureAsync(string folder, int replicas, RandomNumberGenerator random, List<BenchLine> lines, Action<string> say, CancellationToken cancel)
    {
        const int Rounds = 5;
        Result<MeasuredNetwork> started = await MeasuredNetwork.StartAsync(folder, replicas, null, random, cancel);
        if (!started.TryGet(out MeasuredNetwork? network, out Fault fault)) return fault;
        await using (network)
        {
            TakeOver run = new(network, Rounds);
            foreach ((string what, Func<int, Task> act) in run.Acts)
            {
                foreach (bool everyDoor in new[] { false, true })
                {
                    say($"P9: {what}");
                    if (!(await run.RoundsAsync(act, everyDoor, cancel)).TryGet(out double[]? took, out fault)) return fault;
                    string name = string.Create(CultureInfo.InvariantCulture, $"{what}, {replicas} replicas, statement through {(everyDoor ? "every other door" : "one other door")}: to its commit, ");
                    lines.Add(new BenchLine("P9", name + "median", took[took.Length / 2], "ms"));
                    lines.Add(new BenchLine("P9", name + $"worst of {took.Length}", took[^1], "ms") { Compared = "goal 2,000" });
                }
            }
            return null;
        }
    }

    private (string What, Func<int, Task> Act)[] Acts =>
    [
        ("leader killed", leader => Members.KillMemberAsync(leader)),
        ("leader killed and started again", async leader =>
        {
            await Members.KillMemberAsync(leader);
            await Members.StartMemberAsync(leader);
        }),
        ("leader cut off", leader => Cut(leader, true)),
        ("other member killed", leader => Members.KillMemberAsync((leader + 1) % Members.Count)),
    ];

    private async Task<Result<double[]>> RoundsAsync(Func<int, Task> act, bool everyDoor, CancellationToken cancel)
    {
        var took = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            if (!(await LeaderAsync(cancel)).TryGet(out int leader, out Fault fault)) return fault;
            SignedLoad[] load = [.. network.Sign(64, 1, cancel).Where(item => item.Shard == Shard)];
            int[] doors = [.. Enumerable.Range(0, Members.Count).Where(member => member != leader && member != (leader + 1) % Members.Count)];
            long start = Stopwatch.GetTimestamp();
            Task acting = act(leader);
            Task<Result<CommittedStatement>>[] sent = [.. doors.Take(everyDoor ? doors.Length : 1).Select((door, i) => Members.Member(door)!.Shard(Shard).SubmitAsync(load[i].Envelope, cancel))];
            Result<CommittedStatement> first = await await Task.WhenAny(sent);
            took[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            foreach (Result<CommittedStatement> answer in await Task.WhenAll(sent).WaitAsync(Patience, cancel))
                if (!answer.IsOk) return answer.Fault;
            await acting;
            if (await MendAsync(leader, load[doors.Length..], cancel) is { } broken) return broken;
        }
        Array.Sort(took);
        return took;
    }

    private async Task<Result<int>> LeaderAsync(CancellationToken cancel)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < Patience)
        {
            for (int member = 0; member < Members.Count; member++)
                if (Members.Member(member)?.Shard(Shard).IsLeading == true) return member;
            await Task.Delay(LeaderPoll, cancel);
        }
        return new Fault(FaultCode.BenchFailed, "There is no leader.");
    }

    /// <summary>Brings back who was lost, and waits until each member has committed something again.</summary>
    private async Task<Fault?> MendAsync(int lost, SignedLoad[] load, CancellationToken cancel)
    {
        await Cut(lost, false);
        for (int member = 0; member < Members.Count; member++)
        {
            if (!(await Members.StartMemberAsync(member)).TryGet(out StandaloneMember? up, out Fault fault)) return fault;
            Result<CommittedStatement> answer = await up.Shard(Shard).SubmitAsync(load[member].Envelope, cancel).WaitAsync(Patience, cancel);
            if (!answer.IsOk) return answer.Fault;
        }
        await Task.Delay(Rest, cancel);
        return null;
    }

    private Task Cut(int member, bool cut)
    {
        for (int other = 0; other < Members.Count; other++)
        {
            if (other == member) continue;
            Members.Links.Cut(Members.IdOf(member), Members.IdOf(other), cut);
            Members.Links.Cut(Members.IdOf(other), Members.IdOf(member), cut);
        }
        return Task.CompletedTask;
    }
}
