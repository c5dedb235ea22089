using System.Net;
using HealthLedger.Actors.Nodes;
using HealthLedger.Node.Members;
using HealthLedger.Orleans.Clients;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Orleans.Members;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Silos;

/// <summary>A member's actors as grains in a silo. The doors ask the own member first, and the others of the cluster while that one cannot answer.</summary>
internal sealed class SiloActors : IMemberActors
{
    private readonly ClusterSilo _silo;
    private readonly ClusterNode _node;
    private readonly MemberPlace _place;

    private SiloActors(ClusterSilo silo, ClusterNode node, MemberPlace place) => (_silo, _node, _place) = (silo, node, place);

    /// <inheritdoc/>
    public INode Node => _node;

    /// <inheritdoc/>
    public NodeStatus Status() => _place.Runner.Up is { } member
        ? StatusDesk.Of(_place.Role, member, _node.Health(), _place.Links, _place.Clock, _silo.ShardOf)
        : SiloStatus.Of(_place.Role, _place.Folder.Genesis, new NodeHealth(false, [], ["The member is down."]), _place.Clock);

    /// <summary>Starts the silo.</summary>
    public static async Task<Result<IMemberActors>> StartAsync(MemberPlace place, NodeOptions options, CancellationToken cancel)
    {
        if (!ClusterPlaces.Of(options, place.Folder.Genesis, place.Keys.Transport).TryGet(out ClusterPlace? cluster, out Fault fault)) return fault;
        IPEndPoint silo = options.SiloAddress ?? new IPEndPoint(place.Listen.Address, place.Listen.Port + NodeOptions.PortStep);
        MemberSiteOptions site = new()
        {
            Member = place.Member,
            Replica = () => place.Runner.Up?.Replica,
            Organization = place.Keys.Signing,
            Random = place.Random,
            Clock = place.Clock,
            Shard = place.Shard,
        };
        Result<ClusterSilo> started = await ClusterSilo.StartAsync(cluster, new SiloAddresses(silo, new IPEndPoint(silo.Address, silo.Port + NodeOptions.PortStep)), site, place.Logs, cancel);
        if (!started.TryGet(out ClusterSilo? running, out fault)) return fault;
        IEnumerable<Hash32> others = place.Folder.Genesis.Configuration.Members.Select(member => member.Identity.KeyId).Where(member => member != place.Member);
        return Result<IMemberActors>.Ok(new SiloActors(running, running.NodeOf(place.Folder.Genesis, [place.Member, .. others]), place));
    }

    /// <summary>Drains the silo and leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _silo.DisposeAsync();
    }
}
