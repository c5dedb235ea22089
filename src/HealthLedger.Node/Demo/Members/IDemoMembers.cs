using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Demo.Members;

/// <summary>The members of the network as the story sees them, stops them and damages their disks: in this process, or each in its own.</summary>
internal interface IDemoMembers
{
    /// <summary>How many.</summary>
    int Count { get; }

    /// <summary>How a member does; null while it is down.</summary>
    Task<NodeHealth?> HealthAsync(int member, CancellationToken cancel);

    /// <summary>Stops a member.</summary>
    Task<Fault?> StopAsync(int member, CancellationToken cancel);

    /// <summary>Starts a member that is down; the fault where it does not start.</summary>
    Task<Fault?> StartAsync(int member, CancellationToken cancel);

    /// <summary>Where a member's replica keeps its files.</summary>
    string ReplicaFolder(int member);

    /// <summary>Has a member read its whole store soon.</summary>
    Task<Fault?> ReadStoreAsync(int member, CancellationToken cancel);
}
