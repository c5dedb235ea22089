using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Orleans.Members;
using HealthLedger.Gateway.Tests.World;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace HealthLedger.Orleans.Tests.World;

/// <summary>Silos in the engine's test cluster: everything in memory.</summary>
internal sealed class TestSilos : ISilos
{
    private readonly InProcessTestCluster _cluster;

    public TestSilos(Func<int, MemberSiteOptions> siteOf, CapturedLog log)
    {
        InProcessTestClusterBuilder builder = new(0);
        (builder.Options.ConfigureFileLogging, builder.Options.InitializeClientOnDeploy) = (false, false);
        // Silos are not taken to be alike: a member's grains have one place.
        builder.Options.AssumeHomogenousSilosForTesting = false;
        builder.ConfigureSilo((options, silo) => silo.UseHealthLedger(siteOf(int.Parse(options.SiloName))).AddMemoryGrainStorage(SnapshotStore.ProviderName).UseInMemoryReminderService());
        builder.ConfigureSilo((_, silo) => silo.Services.AddLogging(logging => logging.AddProvider(log).AddFilter(nameof(Orleans), LogLevel.Warning).AddFilter(nameof(HealthLedger), LogLevel.Debug)));
        builder.ConfigureClient(client => client.UseHealthLedger());
        _cluster = builder.Build();
    }

    public IGrainFactory Client => _cluster.Client;

    public async Task<RunningSilo> StartAsync(int member)
    {
        InProcessTestSiloSpecificOptions options = InProcessTestSiloSpecificOptions.Create(_cluster, _cluster.Options, member, assignNewPort: true);
        options.SiloName = $"{member}";
        InProcessSiloHandle silo = await _cluster.CreateSiloAsync(options);
        return new RunningSilo(silo.ServiceProvider, () => _cluster.StopSiloAsync(silo), () => _cluster.KillSiloAsync(silo));
    }

    public Task ConnectAsync() => _cluster.InitializeClientAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopClusterClientAsync();
        await _cluster.DisposeAsync();
    }
}
