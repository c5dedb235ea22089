using HealthLedger.Cluster.Tests.Stories;
using HealthLedger.Cluster.Tests.World;

namespace HealthLedger.Orleans.Tests.World;

/// <summary>The members' stories in a cluster of four silos, through its gateways.</summary>
public sealed class OrleansMemberTests(ITestOutputHelper output) : MemberStory(output)
{
    private protected override async Task<IStoryCluster> StartAsync() => await OrleansCluster.StartAsync();
}
