using HealthLedger.Orleans.Grains;
using HealthLedger.Orleans.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Orleans.Tests.Clusters;

/// <summary>What clients of a cluster reach, and where grains live.</summary>
public sealed class EdgeTests
{
    [Fact]
    public async Task A_client_reaches_members_nodes_and_nothing_behind_them()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync();
        Hash32 member = cluster.Network.IdOf(1);
        string patient = cluster.Clinic.Did.ToString();
        (await cluster.Client.GetGrain<IMemberGrain>(GrainKey.Of(member, MemberGrain.Thing)).HealthAsync()).IsOk.Should().BeTrue();

        (await cluster.Client.GetGrain<IPatientGrain>(GrainKey.Of(member, patient)).HeadAsync(patient, new PatientHeadRequest(patient))).Fault.Code.Should().Be(FaultCode.MemberOnly);
        (await cluster.Client.GetGrain<IConsentGrain>(GrainKey.Of(member, patient)).WatchAsync()).Fault.Code.Should().Be(FaultCode.MemberOnly);
        (await cluster.Client.GetGrain<ILedgerShardGrain>(GrainKey.Of(member, "1")).WakeAsync()).Fault.Code.Should().Be(FaultCode.MemberOnly);
        (await cluster.Client.GetGrain<ILedgerShardGrain>(GrainKey.Of(member, "1")).SubmitAsync(new SubmissionEnvelope(new byte[1], []))).Fault.Code.Should().Be(FaultCode.MemberOnly);
        await cluster.Client.Invoking(client => client.GetGrain<IManagementGrain>(0).GetHosts()).Should().ThrowAsync<Exception>();
        await cluster.Client.Invoking(client => client.GetGrain<IConsentGrain>(GrainKey.Of(member, patient)).ReceiveReminder("ends", default)).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task A_client_cannot_get_in_by_showing_a_token_of_its_own()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync();
        Hash32 member = cluster.Network.IdOf(1);
        RequestContext.Set("healthledger-silo", new string('0', 64));
        (await cluster.Client.GetGrain<ILedgerShardGrain>(GrainKey.Of(member, "1")).WakeAsync()).Fault.Code.Should().Be(FaultCode.MemberOnly);
        RequestContext.Clear();
    }

    [Fact]
    public async Task Every_members_grains_live_in_that_members_silo()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync();
        for (int member = 0; member < cluster.Count; member++)
        {
            int[] shards = [.. cluster.Site(member).Stand!.Awake.Select(actor => actor.Shard).Order()];
            shards.Should().Equal(Enumerable.Range(0, cluster.Network.Genesis.Shards + 1), "each member stands ready for every shard, in its own silo");
            cluster.Site(member).Stand!.Replica.Should().BeSameAs(cluster.Network.Member(member)!.Replica);
        }
    }

    [Fact]
    public async Task A_member_without_a_silo_is_unavailable_at_once_and_not_placed_elsewhere()
    {
        await using OrleansCluster cluster = await OrleansCluster.StartAsync(up: 3);
        Result<Actors.Nodes.NodeHealth> answer = await cluster.Client.GetGrain<IMemberGrain>(GrainKey.Of(cluster.Network.IdOf(3), MemberGrain.Thing)).HealthAsync();
        answer.Fault.Code.Should().Be(FaultCode.Unavailable);
        answer = await cluster.Client.GetGrain<IMemberGrain>("no member").HealthAsync();
        answer.Fault.Code.Should().Be(FaultCode.Unavailable);
    }
}
