using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Calls;

/// <summary>What the call filters log: kinds and methods, never keys, arguments or answers.</summary>
internal static partial class CallLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of {Kind} ({Method}) failed by a defect")]
    public static partial void TurnFailed(ILogger log, Exception failure, string kind, string method);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Kind} ({Method}) was not reached")]
    public static partial void NotReached(ILogger log, Exception failure, string kind, string method);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A client asked for {Kind} ({Method}), which is not a client's to ask; refused")]
    public static partial void Refused(ILogger log, string kind, string method);
}
