namespace HealthLedger.Node.Doors;

/// <summary>The log of a node that runs by itself.</summary>
internal static class NodeLog
{
    /// <summary>One line for each entry, on the console.</summary>
    public static void ToConsole(ILoggingBuilder logging) => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Information);
}
