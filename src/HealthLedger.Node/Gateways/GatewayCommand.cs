using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Gateways;

/// <summary>Runs doors in front of members' nodes until the process is asked to stop.</summary>
internal static class GatewayCommand
{
    /// <summary>The exit code: 0 after an orderly end.</summary>
    public static async Task<int> RunAsync(NodeOptions options, CancellationToken cancel)
    {
        if (!(await GatewayHost.StartAsync(options, TimeProvider.System, NodeLog.ToConsole, cancel)).TryGet(out GatewayHost? host, out Fault fault)) return Refusal.Say(fault);
        await using (host)
        {
            Console.WriteLine($"ready {host.Address}");
            await host.WaitForShutdownAsync(cancel);
        }
        return 0;
    }
}
