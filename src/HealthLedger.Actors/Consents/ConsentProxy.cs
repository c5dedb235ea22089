using HealthLedger.Actors.Hosting;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Consents;

/// <summary>What callers of a patient's consents hold.</summary>
internal sealed class ConsentProxy(ActorRef<IConsentActor> consents) : IConsentActor
{
    public ValueTask<Result<bool>> WatchAsync() => consents.CallAsync(actor => actor.WatchAsync());
}
