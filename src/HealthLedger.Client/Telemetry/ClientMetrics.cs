using System.Diagnostics;
using System.Diagnostics.Metrics;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Telemetry;

/// <summary>
/// What all clients of a process measure together, on the meter <c>HealthLedger.Client</c>, and the source of their spans. No label and no attribute names
/// a patient, an organization or a record.
/// </summary>
internal static class ClientMetrics
{
    private static readonly Meter Meter = new("HealthLedger.Client");
    private static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>("healthledger.client.statements.active", "{statement}", "Statements that are being signed, or wait for their commit.");
    private static readonly UpDownCounter<long> Waiting = Meter.CreateUpDownCounter<long>("healthledger.client.accesses.waiting", "{access}", "Accesses that wait to share a signed statement.");
    private static readonly Histogram<int> Rounds = Meter.CreateHistogram("healthledger.client.accesses.shared", "{access}", "Accesses that shared a round of statements.", null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("healthledger.client.retries", "{attempt}", "Statements handed in again, by the fault that passed.");

    // What has not happened yet is told as zero, so that its first time is an increase.
    static ClientMetrics() => Retries.Add(0, new KeyValuePair<string, object?>("code", FaultTable.Text(FaultCode.Busy)));

    /// <summary>The source of clients' spans.</summary>
    public static ActivitySource Source { get; } = new("HealthLedger.Client");

    /// <summary>Statements began, or ended.</summary>
    public static void Statements(int change) => Active.Add(change);

    /// <summary>Accesses began to wait, or went.</summary>
    public static void Accesses(int change) => Waiting.Add(change);

    /// <summary>So many accesses went together.</summary>
    public static void Round(int accesses) => Rounds.Record(accesses);

    /// <summary>A statement is handed in again.</summary>
    public static void Retried(FaultCode code) => Retries.Add(1, new KeyValuePair<string, object?>("code", FaultTable.Text(code)));
}
