using HealthLedger.Orleans.Calls;
using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Members;
using HealthLedger.Orleans.Placement;
using HealthLedger.Orleans.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;

namespace HealthLedger.Orleans.Hosting;

/// <summary>Sets up silos.</summary>
public static class SiloExtensions
{
    /// <summary>Makes a silo the host of one member: its grains, codec, filters and times. Where the cluster's table is, is said elsewhere.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="member">The member.</param>
    public static ISiloBuilder UseHealthLedger(this ISiloBuilder silo, MemberSiteOptions member)
    {
        silo.UseHealthLedgerHost(new SiloToken(member.Random));
        silo.UseSiloMetadata(new Dictionary<string, string> { [MemberPlacementDirector.MetadataKey] = member.Member.ToString() });
        silo.Services.AddPlacementFilter<MemberPlacementFilter, MemberPlacementDirector>(ServiceLifetime.Singleton);
        silo.Services.AddSingleton(member);
        silo.Services.AddSingleton<MemberSite>();
        silo.Services.AddSingleton<SnapshotStore>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiteLifecycle>();
        return silo;
    }

    /// <summary>What any of our actors needs of a silo, whatever it stands for.</summary>
    internal static ISiloBuilder UseHealthLedgerHost(this ISiloBuilder silo, SiloToken token)
    {
        silo.Services.AddHealthLedgerCodec();
        silo.Services.AddSingleton(token);
        silo.Services.AddSingleton<ResultFaults>();
        // Faults outermost: what the other refuses or lets fail becomes an answer too.
        silo.AddIncomingGrainCallFilter<FaultFilter>();
        silo.AddIncomingGrainCallFilter<EdgeFilter>();
        silo.AddOutgoingGrainCallFilter<FaultFilter>();
        silo.AddOutgoingGrainCallFilter<EdgeFilter>();
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = ClusterTimes.Probe;
            options.NumMissedProbesLimit = ClusterTimes.ProbesMissedMax;
        });
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ClusterTimes.SiloAnswer);
        silo.Configure<GrainCollectionOptions>(options => options.DeactivationTimeout = ClusterTimes.Deactivation);
        return silo;
    }

    /// <summary>Makes a client one that asks members' nodes: codec, faults instead of exceptions, times. Where the gateways are, is said elsewhere.</summary>
    public static IClientBuilder UseHealthLedger(this IClientBuilder client)
    {
        client.Services.AddHealthLedgerCodec();
        client.Services.AddSingleton<ResultFaults>();
        client.AddOutgoingGrainCallFilter<FaultFilter>();
        client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ClusterTimes.ClientAnswer);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = ClusterTimes.GatewayRefresh);
        return client;
    }

    private static void AddHealthLedgerCodec(this IServiceCollection services)
    {
        services.TryAddSingleton<CborForms>();
        services.AddSingleton<CborCodec>();
        services.AddSingleton<IGeneralizedCodec>(provider => provider.GetRequiredService<CborCodec>());
        services.AddSingleton<IGeneralizedCopier>(provider => provider.GetRequiredService<CborCodec>());
        services.AddSingleton<ITypeFilter>(provider => provider.GetRequiredService<CborCodec>());
        services.AddSerializer(serializer => serializer.Configure(options => options.WellKnownTypeAliases[CborCodec.WireName] = typeof(CborCodec)));
    }
}
