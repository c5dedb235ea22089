using HealthLedger.Actors.Network;
using HealthLedger.Client.Keys;
using HealthLedger.Gateway.Smart;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Standalone;

/// <summary>A whole network in one process with its doors and the portal, on one address.</summary>
internal sealed class StandaloneHost : IAsyncDisposable
{
    private readonly DoorHost _doors;

    private StandaloneHost(StandaloneNodes nodes, DoorHost doors, IReadOnlyList<OrganizationWallet> wallets) => (Nodes, _doors, Wallets) = (nodes, doors, wallets);

    /// <summary>The members' nodes.</summary>
    public StandaloneNodes Nodes { get; }

    /// <summary>The wallets of all organizations of the network, the members' first.</summary>
    public IReadOnlyList<OrganizationWallet> Wallets { get; }

    /// <summary>Where the doors are.</summary>
    public Uri Address => _doors.Address;

    /// <summary>Starts network and doors; a fault says what stands in the way.</summary>
    /// <param name="options">How.</param>
    /// <param name="networkName">The network's name, where it is founded now.</param>
    /// <param name="moreClients">Systems to register beside those in the folder, given the organizations.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<StandaloneHost>> StartAsync(NodeOptions options, string networkName,
        Func<IReadOnlyList<OrganizationKeys>, IEnumerable<SmartClient>> moreClients, Action<ILoggingBuilder> logging, CancellationToken cancel)
    {
        if (!DoorHost.Prepare(NodeRole.Standalone, options.Url, options.PublicUrl, logging).TryGet(out DoorHost? doors, out Fault fault)) return fault;
        if (!(await doors.OpenDatabaseAsync(options.Data, TimeProvider.System)).TryGet(out NodeDatabases? databases, out fault)
            || !(await StandaloneNodes.StartAsync(options with { SlowAfter = doors.SlowAfter }, networkName, databases, TimeProvider.System, doors.Logs)).TryGet(out StandaloneNodes? nodes, out fault))
        {
            await doors.DisposeAsync();
            return fault;
        }
        IReadOnlyList<OrganizationKeys> organizations = nodes.Network.Organizations;
        Seated[] seated = [.. organizations.Select(keys => new Seated(keys.Name, new OrganizationWallet(keys.Did.Network, keys.Identity.Public, keys.Signing, keys.Sealing, keys.IndexKey)))];
        StandaloneHost host = new(nodes, doors, [.. seated.Select(organization => organization.Wallet)]);
        LocalNode node = new(nodes.Slot(0), nodes.Network.Genesis, 0);
        if (await doors.OpenAsync(node, () => nodes.Slot(0).Status(NodeRole.Standalone, null), seated, options.Data, moreClients(organizations), organizations[0].Signing, cancel) is not { } refused) return host;
        await host.DisposeAsync();
        return refused;
    }

    /// <summary>Waits until the process is asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancel) => _doors.WaitForShutdownAsync(cancel);

    /// <summary>Closes the doors, then stops the network.</summary>
    public async ValueTask DisposeAsync()
    {
        await _doors.CloseAsync();
        await Nodes.DisposeAsync();
        await _doors.DisposeAsync();
    }
}
