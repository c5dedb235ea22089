namespace HealthLedger.Node.Doors;

/// <summary>What the doors' host logs.</summary>
internal static partial class DoorLog
{
    /// <summary>A client file cannot be used.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "The registered clients were not read anew: {Why} Those read before stay in force")]
    public static partial void ClientsUnfit(this ILogger log, string why);
}
