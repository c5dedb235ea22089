using HealthLedger.Orleans.Clients;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;

namespace HealthLedger.Orleans.Hosting;

/// <summary>A client of a cluster in this process, for programs that know nothing of the engine.</summary>
public sealed class ClusterGateway : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TimeProvider _clock;

    private ClusterGateway(IHost host, TimeProvider clock) => (_host, _clock) = (host, clock);

    /// <summary>Connects to a cluster whose silos are in its database.</summary>
    public static async Task<Result<ClusterGateway>> StartAsync(ClusterPlace place, TimeProvider clock, ILoggerFactory logs, CancellationToken cancel)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(logs);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (place.Cluster, place.Cluster));
            client.UseHealthLedger();
            client.UseHealthLedgerDatabase(place.Database);
            if (place.Tls is { } tls) client.UseHealthLedgerTls(tls);
        });
        IHost host = builder.Build();
        try
        {
            await host.StartAsync(cancel);
            return new ClusterGateway(host, clock);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or System.Net.Sockets.SocketException or OrleansException)
        {
            host.Dispose();
            return new Fault(FaultCode.Unavailable, $"The cluster cannot be reached: {failure.Message}");
        }
    }

    /// <summary>The cluster as one node.</summary>
    /// <param name="genesis">The network's genesis.</param>
    /// <param name="members">The members to ask, the preferred first.</param>
    public ClusterNode NodeOf(GenesisFile genesis, IReadOnlyList<Hash32> members) =>
        new(_host.Services.GetRequiredService<IGrainFactory>(), genesis, new ClusterNodeOptions { Members = members }, _clock);

    /// <summary>What the client is made of; for tests.</summary>
    internal IServiceProvider Services => _host.Services;

    /// <summary>Leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
        else _host.Dispose();
    }
}
