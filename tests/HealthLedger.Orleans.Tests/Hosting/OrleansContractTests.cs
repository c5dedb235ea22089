using System.Security.Cryptography;
using HealthLedger.Actors.Tests.Contract;
using HealthLedger.Orleans.Calls;
using HealthLedger.Orleans.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace HealthLedger.Orleans.Tests.Hosting;

/// <summary>The contract of hosts, held by the cluster engine: two silos, so that calls go over the wire too.</summary>
public sealed class OrleansContractTests : ActorContract
{
    private protected override async Task<ActorWorld> StartAsync(ActorWorldOptions options)
    {
        World world = new(options);
        await world.Cluster.DeployAsync();
        return world;
    }

    private sealed class World : ActorWorld
    {
        private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

        public World(ActorWorldOptions options)
        {
            SiloToken token = new(_random);
            InProcessTestClusterBuilder builder = new(2);
            (builder.Options.ConfigureFileLogging, builder.Options.InitializeClientOnDeploy) = (false, false);
            builder.ConfigureSilo((_, silo) =>
            {
                silo.UseHealthLedgerHost(token);
                silo.Configure<SiloMessagingOptions>(messaging => (messaging.ResponseTimeout, messaging.MaxEnqueuedRequestsHardLimit) = (options.CallTimeout, options.MailboxTurnsMax));
            });
            Cluster = builder.Build();
        }

        public InProcessTestCluster Cluster { get; }

        // A caller in a silo, as the member's node is: clients do not reach inner grains.
        public override ICounter Counter(string key) => Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<ICounterGrain>(key);

        public override Task SweepAsync() => Cluster.DeactivateAsync((IAddressable)Counter("one"));

        public override async ValueTask DisposeAsync()
        {
            await Cluster.DisposeAsync();
            _random.Dispose();
        }
    }
}
