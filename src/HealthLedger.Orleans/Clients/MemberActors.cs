using HealthLedger.Actors.Consents;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Patients;
using HealthLedger.Orleans.Grains;
using HealthLedger.Protocol;

namespace HealthLedger.Orleans.Clients;

/// <summary>The actors beside one member's validator, as grains.</summary>
/// <param name="grains">Finds them.</param>
/// <param name="member">The member.</param>
internal sealed class MemberActors(IGrainFactory grains, Hash32 member) : IActors
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">There is no grain for actors of that kind.</exception>
    public T Get<T>(string key) where T : class, IActor
    {
        string place = GrainKey.Of(member, key);
        if (typeof(T) == typeof(IPatientActor)) return (T)(object)grains.GetGrain<IPatientGrain>(place);
        if (typeof(T) == typeof(IConsentActor)) return (T)(object)grains.GetGrain<IConsentGrain>(place);
        throw new NotSupportedException($"{typeof(T).Name} has no grain.");
    }
}
