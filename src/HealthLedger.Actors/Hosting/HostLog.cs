using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Hosting;

/// <summary>What the embedded host logs. Never an actor's key: a patient's is a DID.</summary>
internal static partial class HostLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of a {Kind} actor failed by a defect")]
    public static partial void TurnFailed(ILogger log, Exception defect, string kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "An actor of kind {Kind} does not start")]
    public static partial void StartFailed(ILogger log, Exception defect, string kind);
}
