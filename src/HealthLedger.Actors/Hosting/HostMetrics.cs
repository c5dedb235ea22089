using System.Diagnostics.Metrics;

namespace HealthLedger.Actors.Hosting;

/// <summary>What an embedded host measures, on the meter <c>HealthLedger.Actors</c>. Labels are kinds of actors, never a key.</summary>
internal sealed class HostMetrics : IDisposable
{
    private static readonly double[] TurnSeconds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
    private readonly Meter _meter;
    private readonly TimeProvider _clock;
    private readonly Histogram<double> _turns;
    private readonly Counter<long> _refused;
    private long _queued;

    public HostMetrics(IReadOnlyList<KeyValuePair<string, object?>> labels, TimeProvider clock, Func<int> active)
    {
        _clock = clock;
        _meter = new Meter("HealthLedger.Actors", null, labels);
        _turns = _meter.CreateHistogram("healthledger.actors.turn.duration", "s", "A call of an actor: waiting for its turn, and the turn.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = TurnSeconds });
        _refused = _meter.CreateCounter<long>("healthledger.actors.refused", "{call}", "Calls refused because a mailbox or the host was full.");
        _refused.Add(0, new KeyValuePair<string, object?>("kind", "patient"));
        _meter.CreateObservableGauge("healthledger.actors.active", () => (long)active(), "{actor}", "Actors in memory.");
        _meter.CreateObservableGauge("healthledger.actors.mailbox", () => Interlocked.Read(ref _queued), "{turn}", "Turns that wait in mailboxes.");
    }

    /// <summary>Turns were put into a mailbox, or taken out.</summary>
    public void Queued(int turns) => Interlocked.Add(ref _queued, turns);

    /// <summary>A call that began then was answered.</summary>
    public void Answered(string kind, long since) => _turns.Record(_clock.GetElapsedTime(since).TotalSeconds, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A call was refused.</summary>
    public void Refused(string kind) => _refused.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Dispose() => _meter.Dispose();
}
