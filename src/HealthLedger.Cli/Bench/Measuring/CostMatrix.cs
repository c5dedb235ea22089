using System.Globalization;
using System.Security.Cryptography;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Bench.Measuring;

/// <summary>
/// What an event costs, in processor time of all members together, by members and shards. Time that passes depends on who else uses the machine; processor time hardly
/// does, so this is what capacity is planned from (deploy/CAPACITY.md).
/// </summary>
internal static class CostMatrix
{
    private static readonly int[] Members = [1, 2, 4], Shards = [1, 2, 4, 8];
    private const double WarmUpShare = 0.25;
    private const int InFlight = 16;

    /// <summary>Measures every pair; each network is founded anew.</summary>
    /// <param name="folder">The disk.</param>
    /// <param name="statements">Statements of a run, by members: a quarter warms up.</param>
    /// <param name="batch">Events under one signature.</param>
    /// <param name="seconds">About how long a run lasts at most.</param>
    /// <param name="random">For keys and names.</param>
    /// <param name="lines">Gets a line for each pair.</param>
    /// <param name="say">Told what is under way.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<Fault?> MeasureAsync(
        string folder, Func<int, int> statements, int batch, double seconds, RandomNumberGenerator random, List<BenchLine> lines, Action<string> say, CancellationToken cancel)
    {
        foreach (int members in Members)
        {
            foreach (int shards in Shards)
            {
                say($"COST: {members} members, {shards} shards, batches of {batch}");
                string place = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"cost-{members}-{shards}-{batch}"));
                if (!(await MeasuredNetwork.StartAsync(place, members, null, random, cancel, shards)).TryGet(out MeasuredNetwork? network, out Fault fault)) return fault;
                await using (network)
                {
                    SignedLoad[] load = network.Sign(statements(members), batch, cancel);
                    int warm = (int)(load.Length * WarmUpShare);
                    TimeSpan longest = TimeSpan.FromSeconds(seconds);
                    if (!(await network.Driver.SaturateAsync(load[..warm], InFlight, longest, cancel)).TryGet(out _, out fault)) return fault;
                    if (!(await network.Driver.SaturateAsync(load[warm..], InFlight, longest, cancel)).TryGet(out LoadResult? result, out fault)) return fault;
                    double cost = result.Processor.TotalMicroseconds / result.Events;
                    lines.Add(new BenchLine("COST", string.Create(CultureInfo.InvariantCulture, $"{members} member{(members == 1 ? "" : "s")}, {shards} shard{(shards == 1 ? "" : "s")}, batch {batch}: processor time an event, all members"), cost, "µs")
                    {
                        CoresUsed = result.CoresUsed,
                        Compared = string.Create(CultureInfo.InvariantCulture, $"{cost / members:0.0} µs a member; {result.Rate:N0} events/s"),
                    });
                }
                Directory.Delete(place, recursive: true);
            }
        }
        return null;
    }
}
