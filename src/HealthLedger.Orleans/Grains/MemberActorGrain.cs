using HealthLedger.Actors.Hosting;
using HealthLedger.Orleans.Clients;
using HealthLedger.Orleans.Members;

namespace HealthLedger.Orleans.Grains;

/// <summary>An actor that reads from its member's replica. When the replica starts itself anew, the actor does too.</summary>
/// <typeparam name="TActor">The interface that the actor has.</typeparam>
public abstract class MemberActorGrain<TActor>(MemberSite site) : ActorGrain<TActor> where TActor : class, IActor
{
    private MemberStand? _stand;

    /// <inheritdoc/>
    public override string Key => GrainKey.ThingOf(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public override TimeProvider Clock => site.Clock;

    /// <inheritdoc/>
    public override IActors Actors => new MemberActors(GrainFactory, site.Member);

    /// <inheritdoc/>
    protected sealed override bool IsStale => site.Stand != _stand;

    /// <inheritdoc/>
    protected sealed override TActor? Create() => (_stand = site.Stand) is { } stand ? Create(stand) : null;

    /// <summary>Makes the actor over what the member has now.</summary>
    protected abstract TActor Create(MemberStand stand);
}
