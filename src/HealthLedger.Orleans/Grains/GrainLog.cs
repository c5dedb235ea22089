using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Grains;

/// <summary>What grains log; no keys, which name patients.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A timer's turn of {Kind} failed by a defect")]
    public static partial void TimerFailed(ILogger log, Exception defect, string kind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The grain database does not take or give {What}; consents go on by their timers alone")]
    public static partial void DatabaseFailed(ILogger log, Exception failure, string what);
}
