using System.Net;
using System.Net.Sockets;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Orleans.Clients;
using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Members;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;

namespace HealthLedger.Orleans.Hosting;

/// <summary>A silo in this process, for programs that know nothing of the engine.</summary>
public sealed class ClusterSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TimeProvider _clock;

    private ClusterSilo(IHost host, TimeProvider clock) => (_host, _clock) = (host, clock);

    /// <summary>Makes the database's tables where they are missing, and starts a silo that hosts a member.</summary>
    /// <param name="place">The cluster.</param>
    /// <param name="addresses">Where it is reached. Without TLS, on loopback alone.</param>
    /// <param name="member">What it hosts.</param>
    /// <param name="logs">Gets its log.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<ClusterSilo>> StartAsync(ClusterPlace place, SiloAddresses addresses, MemberSiteOptions member, ILoggerFactory logs, CancellationToken cancel)
    {
        if (place.Tls is null && !(IPAddress.IsLoopback(addresses.Silo.Address) && IPAddress.IsLoopback(addresses.Gateway.Address)))
            return new Fault(FaultCode.UsageWrong, "A silo that is reached from other machines needs keys for TLS.");
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(logs);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (place.Cluster, place.Cluster));
            silo.Configure<SiloOptions>(options => options.SiloName = member.Member.ToString());
            silo.Configure<EndpointOptions>(options =>
            {
                (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (Advertised(addresses.Silo.Address), addresses.Silo.Port, addresses.Gateway.Port);
                (options.SiloListeningEndpoint, options.GatewayListeningEndpoint) = (addresses.Silo, addresses.Gateway);
            });
            silo.UseHealthLedger(member);
            silo.UseHealthLedgerDatabase(place.Database);
            if (place.Tls is { } tls) silo.UseHealthLedgerTls(tls);
        });
        IHost host = builder.Build();
        try
        {
            await ClusterDatabase.MigrateAsync(place.Database, cancel);
            await host.StartAsync(cancel);
            return new ClusterSilo(host, member.Clock);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or SocketException or OrleansException)
        {
            host.Dispose();
            return new Fault(FaultCode.Unavailable, $"The silo does not start: {failure.Message}");
        }
    }

    /// <summary>The cluster as one node, for doors in this process.</summary>
    /// <param name="genesis">The network's genesis.</param>
    /// <param name="members">The members to ask, the preferred first.</param>
    public ClusterNode NodeOf(GenesisFile genesis, IReadOnlyList<Hash32> members) =>
        new(_host.Services.GetRequiredService<IGrainFactory>(), genesis, new ClusterNodeOptions { Members = members }, _clock);

    /// <summary>The member's actor of a shard, in this silo; null while it is not awake.</summary>
    public LedgerShardActor? ShardOf(int shard) => Services.GetRequiredService<MemberSite>().Stand?.Awake.FirstOrDefault(actor => actor.Shard == shard);

    // One that listens everywhere says the first address of the machine that others can reach.
    private static IPAddress Advertised(IPAddress listening) => !listening.Equals(IPAddress.Any) ? listening
        : Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork).FirstOrDefault(address => !IPAddress.IsLoopback(address)) ?? IPAddress.Loopback;

    /// <summary>What the silo is made of; for tests.</summary>
    internal IServiceProvider Services => _host.Services;

    /// <summary>Ends at once, without draining and without a word to the others; for tests.</summary>
    internal async Task KillAsync()
    {
        await _host.StopAsync(new CancellationToken(canceled: true));
        _host.Dispose();
    }

    /// <summary>Drains the member's shards, leaves the cluster, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
        else _host.Dispose();
    }
}
