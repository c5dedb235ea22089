using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Node.Silos;

/// <summary>What an operator sees where there is no replica to look at.</summary>
internal static class SiloStatus
{
    /// <summary>A process in front of a cluster, or one whose member is down.</summary>
    public static NodeStatus Of(string role, GenesisFile genesis, NodeHealth health, TimeProvider clock) => new()
    {
        Role = role,
        Build = StatusDesk.Build,
        Network = genesis.Network,
        Genesis = genesis.Hash.ToString(),
        Time = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        Ready = health.Ready,
        Warnings = health.Warnings,
    };
}
