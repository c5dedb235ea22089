using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Hosting;

/// <summary>What the embedded host logs. Keys are pseudonymous DIDs and shard names, never health data.</summary>
internal static partial class HostLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of {Kind} {Key} failed by a defect")]
    public static partial void TurnFailed(ILogger log, Exception defect, string kind, string key);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} {Key} does not start")]
    public static partial void StartFailed(ILogger log, Exception defect, string kind, string key);
}
