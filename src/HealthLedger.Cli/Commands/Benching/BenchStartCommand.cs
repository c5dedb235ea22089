using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using HealthLedger.Cli.Bench.Measuring;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using System.Text.Json.Nodes;

namespace HealthLedger.Cli.Commands.Benching;

/// <summary>The hidden half of P10: starts a network, commits once, rests, and prints milliseconds and megabytes.</summary>
internal static class BenchStartCommand
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> folder = new("folder") { Description = "Where the network lives" };
        Argument<int> replicas = new("replicas") { Description = "How many" };
        LedgerCommand command = new(StartUp.Command, "Start a network, commit once, print milliseconds and megabytes", "bench-start /tmp/network 4")
        {
            Hidden = true,
            Run = async call =>
            {
                DateTime born = Process.GetCurrentProcess().StartTime.ToUniversalTime();
                Result<MeasuredNetwork> started = await MeasuredNetwork.StartAsync(call.Value(folder)!, call.Value(replicas), null, call.Terminal.Random, call.Cancel);
                if (!started.TryGet(out MeasuredNetwork? network, out Fault fault)) return fault;
                double milliseconds = (DateTime.UtcNow - born).TotalMilliseconds;
                await using (network)
                {
                    await Task.Delay(Rest, call.Terminal.Clock, call.Cancel);
                    GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    string line = string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} {Environment.WorkingSet / 1_000_000.0:0.0}");
                    return Answer.Of(JsonValue.Create(line), line);
                }
            },
        };
        command.Add(folder);
        command.Add(replicas);
        return command;
    }
}
