using HealthLedger.Actors.Hosting;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Consents;

/// <summary>A patient's consents at one member's node; the key is the DID. It sees to it that a grant's end becomes an entry on time.</summary>
public interface IConsentActor : IActor
{
    /// <summary>Looks at the patient's grants again and sets the clock for the next end. True while something is still to end.</summary>
    ValueTask<Result<bool>> WatchAsync();
}
