using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Gateway.Nodes;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Node.Gateways;

/// <summary>Doors and portal without a validator: what they need of the ledger, members' nodes answer.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly DoorHost _doors;
    private readonly RemoteNode _node;

    private GatewayHost(DoorHost doors, RemoteNode node) => (_doors, _node) = (doors, node);

    /// <summary>Where the doors are.</summary>
    public Uri Address => _doors.Address;

    /// <summary>Starts the gateway; a fault says what stands in the way. The nodes need not be up yet.</summary>
    public static async Task<Result<GatewayHost>> StartAsync(NodeOptions options, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancel)
    {
        if (!MemberFolder.Open(options.Data).TryGet(out MemberFolder? folder, out Fault fault)) return fault;
        if (!Seats.Of(folder).TryGet(out IReadOnlyList<Seated>? seated, out fault)) return fault;
        if (seated.Count == 0) return new Fault(FaultCode.KeyFolderIncomplete, $"There are no keys of an organization below {options.Data}: make them with `healthledger network init`.");
        if (!DoorHost.Prepare(NodeRole.Gateway, options.Url, options.PublicUrl, logging).TryGet(out DoorHost? doors, out fault)) return fault;
        if (!(await doors.OpenDatabaseAsync(options.Data, clock)).TryGet(out _, out fault))
        {
            await doors.DisposeAsync();
            return fault;
        }
        GatewayHost host = new(doors, new RemoteNode(folder.Genesis, options.Nodes, clock));
        if (await doors.OpenAsync(host._node, () => host.Status(folder.Genesis, clock), seated, options.Data, [], seated[0].Wallet.Signing, cancel) is not { } refused) return host;
        await host.DisposeAsync();
        return refused;
    }

    /// <summary>Waits until the process is asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancel) => _doors.WaitForShutdownAsync(cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _doors.CloseAsync();
        await _node.DisposeAsync();
        await _doors.DisposeAsync();
    }

    private NodeStatus Status(GenesisFile genesis, TimeProvider clock)
    {
        NodeHealth health = _node.Health();
        return new NodeStatus
        {
            Role = NodeRole.Gateway,
            Build = StatusDesk.Build,
            Network = genesis.Network,
            Genesis = genesis.Hash.ToString(),
            Time = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            Ready = health.Ready,
            Warnings = health.Warnings,
            Nodes = _node.Upstreams,
        };
    }
}
