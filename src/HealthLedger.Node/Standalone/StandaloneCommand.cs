using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Standalone;

/// <summary>Runs a standalone network until the process is asked to stop.</summary>
internal static class StandaloneCommand
{
    /// <summary>The exit code: 0 after an orderly end.</summary>
    public static async Task<int> RunAsync(NodeOptions options, CancellationToken cancel)
    {
        Result<StandaloneHost> started = await StandaloneHost.StartAsync(options, NetworkName.New("standalone"), _ => [], NodeLog.ToConsole, cancel);
        if (!started.TryGet(out StandaloneHost? host, out Fault fault)) return Refusal.Say(fault);
        await using (host)
        {
            Console.WriteLine($"ready {host.Address}");
            await host.WaitForShutdownAsync(cancel);
        }
        return 0;
    }
}
