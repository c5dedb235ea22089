using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Members;

/// <summary>Runs one member's node until the process is asked to stop.</summary>
internal static class MemberCommand
{
    /// <summary>The exit code: 0 after an orderly end; that of a defect when the replica has ended for good, so that whoever supervises starts it anew.</summary>
    public static async Task<int> RunAsync(NodeOptions options, CancellationToken cancel) =>
        await ServeAsync(await MemberHost.StartAsync(options, TimeProvider.System, NodeLog.ToConsole, cancel), cancel);

    /// <summary>Serves until the end, whichever way the member was started.</summary>
    public static async Task<int> ServeAsync(Result<MemberHost> started, CancellationToken cancel)
    {
        if (!started.TryGet(out MemberHost? host, out Fault fault)) return Refusal.Say(fault);
        await using (host)
        {
            Console.WriteLine($"ready {host.Address}");
            return await host.WaitForEndAsync(cancel) ? 0 : Refusal.Say(new Fault(FaultCode.Defect, "The replica has ended; the log says why. Start the node again."));
        }
    }
}
