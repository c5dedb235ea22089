using System.Diagnostics.Metrics;

namespace HealthLedger.Validator.Telemetry;

/// <summary>
/// What a replica counts, on the meter <c>HealthLedger</c>. Times are seconds. Tags are member index, shard and kind only: never an
/// identity, never anything from a record.
/// </summary>
public sealed class ReplicaMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HealthLedger";

    private static readonly double[] LatencySeconds =
        [0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _member;
    private readonly Histogram<double> _commit, _flush;
    private readonly Counter<long> _blocks, _entries, _verifications, _found, _healed, _dropped;

    /// <summary>Starts the instruments of one member's replica.</summary>
    /// <param name="member">Index in the configuration.</param>
    public ReplicaMetrics(int member)
    {
        _member = new("member", member);
        _meter = new Meter(MeterName, null, [_member]);
        InstrumentAdvice<double> buckets = new() { HistogramBucketBoundaries = LatencySeconds };
        _commit = _meter.CreateHistogram("healthledger.commit.duration", "s", "From the arrival of a statement at its shard actor to its commit here.", null, buckets);
        _flush = _meter.CreateHistogram("healthledger.flush.duration", "s", "One group commit of a replica, its signature included.", null, buckets);
        _blocks = _meter.CreateCounter<long>("healthledger.blocks", "{block}", "Blocks committed.");
        _entries = _meter.CreateCounter<long>("healthledger.entries", "{entry}", "Entries committed.");
        _verifications = _meter.CreateCounter<long>("healthledger.verifications", "{signature}", "Statement signatures verified.");
        _found = _meter.CreateCounter<long>("healthledger.damage.found", "{place}", "Damaged places found in the store.");
        _healed = _meter.CreateCounter<long>("healthledger.damage.healed", "{place}", "Damaged places healed from peers.");
        _dropped = _meter.CreateCounter<long>("healthledger.messages.dropped", "{message}", "Messages dropped because a queue was full.");
    }

    /// <summary>A statement handed in here was committed after so many seconds.</summary>
    public void CommitSeen(int shard, double seconds) => _commit.Record(seconds, Shard(shard));

    /// <summary>A group commit took so many seconds.</summary>
    public void Flushed(double seconds) => _flush.Record(seconds);

    /// <summary>A block with so many entries was committed.</summary>
    public void BlockCommitted(int shard, int entries)
    {
        _blocks.Add(1, Shard(shard));
        _entries.Add(entries, Shard(shard));
    }

    /// <summary>So many statement signatures were verified.</summary>
    public void Verified(int signatures) => _verifications.Add(signatures);

    /// <summary>A damaged place was found.</summary>
    public void DamageFound(string kind) => _found.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A damaged place was healed.</summary>
    public void DamageHealed(string kind) => _healed.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A full queue dropped a message.</summary>
    public void Dropped(string queue) => _dropped.Add(1, new KeyValuePair<string, object?>("queue", queue));

    /// <summary>Publishes a value for each shard that is read when somebody looks.</summary>
    /// <param name="name">Under <c>healthledger.</c></param>
    /// <param name="unit">UCUM.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="shards">How many shards there are, the directory included.</param>
    /// <param name="value">The value of one shard.</param>
    public void Observe(string name, string unit, string description, int shards, Func<int, long> value) =>
        _meter.CreateObservableGauge("healthledger." + name, () => Enumerable.Range(0, shards).Select(shard => new Measurement<long>(value(shard), Shard(shard))), unit, description);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Shard(int shard) => new("shard", shard);
}
