namespace HealthLedger.Actors.Hosting;

/// <summary>How a host makes actors of one kind.</summary>
/// <typeparam name="T">The interface that others call.</typeparam>
/// <param name="Name">The kind's name in logs and metrics.</param>
/// <param name="Create">Makes the actor; it is an <see cref="Actor"/> too.</param>
/// <param name="Proxy">Makes what callers hold: every method passes its turn to the reference.</param>
public sealed record ActorKind<T>(string Name, Func<IActorContext, T> Create, Func<ActorRef<T>, T> Proxy) where T : class, IActor;
