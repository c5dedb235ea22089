using HealthLedger.Actors.Nodes;
using HealthLedger.Node.Standalone;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Demo.Members;

/// <summary>All members in this process.</summary>
internal sealed class LocalMembers(StandaloneNodes nodes, string folder) : IDemoMembers
{
    /// <inheritdoc/>
    public int Count => nodes.Network.Count;

    /// <inheritdoc/>
    public Task<NodeHealth?> HealthAsync(int member, CancellationToken cancel) => Task.FromResult(nodes[member]?.Health());

    /// <inheritdoc/>
    public async Task<Fault?> StopAsync(int member, CancellationToken cancel)
    {
        await nodes.StopMemberAsync(member);
        return null;
    }

    /// <inheritdoc/>
    public Task<Fault?> StartAsync(int member, CancellationToken cancel) => nodes.StartMemberAsync(member);

    /// <inheritdoc/>
    public string ReplicaFolder(int member) => Path.Combine(folder, "members", $"{member}", "store");

    /// <inheritdoc/>
    public async Task<Fault?> ReadStoreAsync(int member, CancellationToken cancel)
    {
        await nodes.Network.Member(member)!.Replica.ScrubAsync(cancel);
        return null;
    }
}
