using HealthLedger.Actors.Nodes;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Members;

/// <summary>A member's actors in this process.</summary>
internal sealed class EmbeddedActors : IMemberActors
{
    private readonly MemberPlace _place;
    private readonly NodeSlot _slot;

    private EmbeddedActors(MemberPlace place)
    {
        _place = place;
        _slot = new NodeSlot(place.Runner, place.Folder.Genesis, place.Snapshots, place.Clock, place.Random, place.Logs);
        Node = new LocalNode(_slot, place.Folder.Genesis, Math.Max(0, place.Book.IndexOf(0, place.Member)));
    }

    /// <inheritdoc/>
    public INode Node { get; }

    /// <inheritdoc/>
    public NodeStatus Status() => _slot.Status(_place.Role, _place.Links);

    /// <summary>Over a member that runs.</summary>
    public static Result<IMemberActors> Of(MemberPlace place) => Result<IMemberActors>.Ok(new EmbeddedActors(place));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _slot.DisposeAsync();
}
