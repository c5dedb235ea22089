using HealthLedger.Cluster.Tests.World;

namespace HealthLedger.Cluster.Tests.Stories;

/// <summary>The members' stories in the embedded host, which copies values, forbids circles of calls and doubles every activation.</summary>
public sealed class EmbeddedMemberTests(ITestOutputHelper output) : MemberStory(output)
{
    private protected override async Task<IStoryCluster> StartAsync() => await TestCluster.StartAsync();
}
