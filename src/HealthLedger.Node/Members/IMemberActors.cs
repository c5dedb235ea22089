using HealthLedger.Actors.Nodes;

namespace HealthLedger.Node.Members;

/// <summary>Where a member's actors run. Disposing it hands over what they lead.</summary>
internal interface IMemberActors : IAsyncDisposable
{
    /// <summary>What the doors ask.</summary>
    INode Node { get; }

    /// <summary>What an operator sees.</summary>
    NodeStatus Status();
}
