using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Silos;

/// <summary>What a build without the cluster engine says.</summary>
internal static class SiloCommand
{
    /// <summary>Refuses, and says what to build.</summary>
    public static Task<int> RunSiloAsync(NodeOptions options, CancellationToken cancel) => RefuseAsync(options);

    /// <summary>Refuses, and says what to build.</summary>
    public static Task<int> RunGatewayAsync(NodeOptions options, CancellationToken cancel) => RefuseAsync(options);

    private static Task<int> RefuseAsync(NodeOptions options) => Task.FromResult(Refusal.Say(new Fault(FaultCode.UsageWrong,
        $"This build has no Orleans, which --role {options.Role} needs: build with -p:Orleans=true, or run the member with --role member.")));
}
