using System.Net;
using System.Net.Sockets;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Orleans.Members;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TestCluster = HealthLedger.Cluster.Tests.World.TestCluster;

namespace HealthLedger.Orleans.Tests.World;

/// <summary>Silos as a node runs them: over sockets, their table in the database.</summary>
internal sealed class PlacedSilos(ClusterPlace place, ClusterTls? clientTls, Func<int, MemberSiteOptions> siteOf) : ISilos
{
    private ClusterGateway? _gateway;

    public IGrainFactory Client => _gateway!.Services.GetRequiredService<IGrainFactory>();

    public async Task<RunningSilo> StartAsync(int member)
    {
        SiloAddresses addresses = new(new IPEndPoint(IPAddress.Loopback, FreePort()), new IPEndPoint(IPAddress.Loopback, FreePort()));
        ClusterSilo silo = TestCluster.Good(await ClusterSilo.StartAsync(place, addresses, siteOf(member), NullLoggerFactory.Instance, CancellationToken.None));
        return new RunningSilo(silo.Services, () => silo.DisposeAsync().AsTask(), silo.KillAsync);
    }

    public async Task ConnectAsync() => _gateway = TestCluster.Good(await ClusterGateway.StartAsync(place with { Tls = clientTls }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
