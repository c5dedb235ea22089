using System.Diagnostics;
using System.Diagnostics.Metrics;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Telemetry;

/// <summary>What all doors of a process measure together, on the meter <c>HealthLedger.Gateway</c>, and the source of their spans.</summary>
internal static class DoorTelemetry
{
    private static readonly Meter Meter = new("HealthLedger.Gateway");
    private static readonly Histogram<double> Requests = Meter.CreateHistogram("healthledger.door.duration", "s", "A request at a door, until its answer is written.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    private static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>("healthledger.door.active", "{request}", "Requests that are being answered.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("healthledger.door.refusals", "{request}", "Requests refused, by the code of the reason; of tokens, the word of OAuth.");
    private static readonly Counter<long> Slow = Meter.CreateCounter<long>("healthledger.door.slow", "{request}", "Requests that took longer than the threshold for a line in the log.");

    /// <summary>The source of the doors' spans.</summary>
    public static ActivitySource Source { get; } = new("HealthLedger.Gateway");

    static DoorTelemetry()
    {
        // What has not happened yet is told as zero, so that its first time is an increase.
        foreach (string door in new[] { "fhir", "smart", "ledger" }) Slow.Add(0, new KeyValuePair<string, object?>("door", door));
    }

    /// <summary>A request begins.</summary>
    public static void Begin() => Active.Add(1);

    /// <summary>A request ends.</summary>
    /// <param name="interaction">What it asked for.</param>
    /// <param name="status">The status of the answer; 499 where the client went away.</param>
    /// <param name="seconds">How long it took.</param>
    public static void End(Interaction interaction, int status, double seconds)
    {
        Active.Add(-1);
        Requests.Record(seconds, new("door", interaction.Door), new("interaction", interaction.Name), new("status", Class(status)));
    }

    /// <summary>A request was refused.</summary>
    public static void Refused(Interaction interaction, string code) => Refusals.Add(1, new("door", interaction.Door), new("code", code));

    /// <summary>A request was slow.</summary>
    public static void WasSlow(Interaction interaction) => Slow.Add(1, new KeyValuePair<string, object?>("door", interaction.Door));

    /// <summary>The text of a code.</summary>
    public static string CodeOf(Fault fault) => FaultTable.Text(fault.Code);

    private static string Class(int status) => status switch
    {
        < 200 => "1xx",
        < 300 => "2xx",
        < 400 => "3xx",
        499 => "gone",
        < 500 => "4xx",
        _ => "5xx",
    };
}
