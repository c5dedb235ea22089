using System.Diagnostics.Metrics;

namespace HealthLedger.Storage.Snapshots;

/// <summary>What a node measures of its database. Nothing in it names anybody.</summary>
internal sealed class DatabaseMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HealthLedger.Database";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failures, _rows, _dropped, _refused;

    public DatabaseMetrics(string database)
    {
        _meter = new Meter(MeterName, null, [new KeyValuePair<string, object?>("database", database)]);
        _duration = _meter.CreateHistogram("healthledger.database.duration", "s", "One use of the database of snapshots.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] });
        _failures = _meter.CreateCounter<long>("healthledger.database.failures", "{use}", "Uses of the database that failed or took too long.");
        _rows = _meter.CreateCounter<long>("healthledger.database.rows", "{row}", "Snapshots written or deleted.");
        _dropped = _meter.CreateCounter<long>("healthledger.database.dropped", "{row}", "Snapshots that were not kept because the queue was full or the database took them never.");
        _refused = _meter.CreateCounter<long>("healthledger.database.refused", "{row}", "Snapshots that were read and not believed, by reason.");
        // Told from the start, so that a first one is an increase.
        _rows.Add(0);
        _dropped.Add(0);
        foreach (string reason in new[] { "altered", "format", "database", "future", "old", "header" }) _refused.Add(0, new KeyValuePair<string, object?>("reason", reason));
        foreach (string operation in new[] { "get", "list", "write", "add", "sweep" }) _failures.Add(0, new KeyValuePair<string, object?>("operation", operation));
    }

    /// <summary>Watches what only the node's database knows.</summary>
    public void Watch(Func<bool> up, Func<long> waitingRows, Func<long> waitingBytes, Func<long> members)
    {
        _meter.CreateObservableGauge("healthledger.database.up", () => up() ? 1L : 0L, null, "1 while the database answers.");
        _meter.CreateObservableGauge("healthledger.database.waiting", waitingRows, "{row}", "Snapshots that wait to be written.");
        _meter.CreateObservableGauge("healthledger.database.waiting.size", waitingBytes, "By", "Bytes that wait to be written.");
        _meter.CreateObservableGauge("healthledger.database.remembered", members, "{id}", "Ids in shared sets: assertions that were used and have not expired.");
    }

    public void Done(string operation, TimeSpan time) => _duration.Record(time.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));

    public void Failed(string operation) => _failures.Add(1, new KeyValuePair<string, object?>("operation", operation));

    public void Wrote(int rows) => _rows.Add(rows);

    public void Dropped(int rows) => _dropped.Add(rows);

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();
}
