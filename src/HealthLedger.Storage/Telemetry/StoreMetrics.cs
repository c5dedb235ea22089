using System.Diagnostics.Metrics;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Logs;
using HealthLedger.Storage.Scrubbing;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Telemetry;

/// <summary>
/// What one replica's store measures, on the meter <c>HealthLedger.Storage</c>: how long the disk takes, what waits for it, what lies on it, what the
/// scrubber has read. Labels are parts of the store, never names of what is in it.
/// </summary>
internal sealed class StoreMetrics : IDisposable
{
    private static readonly double[] FlushSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
    private readonly Meter _meter;
    private readonly Histogram<double> _flush;
    private readonly Counter<long> _passes, _scrubbed;
    private readonly Counter<double> _scrubTime;

    public StoreMetrics(StorageOptions options)
    {
        _meter = new Meter("HealthLedger.Storage", null, options.MeterTags);
        _flush = _meter.CreateHistogram("healthledger.storage.flush.duration", "s", "One round of writing what all shards have staged, until the disk has it.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = FlushSeconds });
        _passes = _meter.CreateCounter<long>("healthledger.storage.scrub.passes", "{pass}", "Times that the whole store was read again and checked.");
        _scrubbed = _meter.CreateCounter<long>("healthledger.storage.scrub.read", "By", "What the scrubber has read and checked.");
        _scrubTime = _meter.CreateCounter<double>("healthledger.storage.scrub.time", "s", "How long finished passes of the scrubber took.");
        _passes.Add(0);
    }

    /// <summary>A flush round took so long.</summary>
    public void Flushed(TimeSpan took) => _flush.Record(took.TotalSeconds);

    /// <summary>A pass of the scrubber has ended.</summary>
    public void Scrubbed(ScrubReport report)
    {
        _passes.Add(1);
        _scrubbed.Add(report.BytesRead);
        _scrubTime.Add(report.Duration.TotalSeconds);
    }

    /// <summary>Begins to tell what a store holds; the values are read when somebody looks.</summary>
    public void Observe(ReplicaStore store, IFileSystem files, string folder)
    {
        (string Part, IndexedLog Log)[] logs = [("blocks", store.Blocks.Log), ("objects", store.Objects.Log), ("keys", store.Keys.Log)];
        _meter.CreateObservableGauge("healthledger.storage.staged", () => logs.Select(log => Of(log.Part, log.Log.Log.StagedBytes)), "By", "What waits for the disk, or is being written.");
        _meter.CreateObservableGauge("healthledger.storage.size", () => logs.Select(log => Of(log.Part, LogBytes(log.Log.Log))).Concat(
        [
            Of("state", store.OpenStates.Sum(state => RunBytes(state.Sorted))),
            Of("index", logs.Sum(log => RunBytes(log.Log.Index))),
            Of("trees", store.OpenTrees.Sum(tree => (long)tree.Size * 32)),
        ]), "By", "What lies on the disk; of trees their leaves.");
        _meter.CreateObservableGauge("healthledger.storage.memory", () => new[]
        {
            Of("state", store.OpenStates.Sum(state => state.Sorted.ActiveBytes)),
            Of("index", logs.Sum(log => log.Log.Index.ActiveBytes)),
        }, "By", "Changed rows that are in memory and not in a run yet.");
        _meter.CreateObservableGauge("healthledger.storage.runs", () => new[]
        {
            Of("state", store.OpenStates.Sum(state => state.Sorted.View.Runs.Count)),
            Of("index", logs.Sum(log => log.Log.Index.View.Runs.Count)),
        }, "{run}", "Sorted files; many mean that merging does not keep up.");
        _meter.CreateObservableGauge("healthledger.storage.frozen", () => store.OpenStates.Sum(state => (long)state.Sorted.FrozenCount) + logs.Sum(log => log.Log.Index.FrozenCount), "{table}",
            "Tables in memory that wait to be written as runs.");
        _meter.CreateObservableGauge("healthledger.storage.background.queue", () => (long)store.Background.WaitingCount, "{job}", "Jobs that wait for the store's one worker.");
        _meter.CreateObservableGauge("healthledger.storage.damage.open", () => (long)store.Health.OpenCount, "{place}", "Damaged places that wait to be healed.");
        _meter.CreateObservableGauge("healthledger.storage.votes.lost", () => store.Health.MayVote ? 0L : 1L, null, "1 when both files of the vote log were lost: the replica will not vote again under its key.");
        if (files is not LocalFileSystem) return;
        DriveInfo drive = new(folder);
        _meter.CreateObservableGauge("healthledger.storage.disk.free", () => drive.AvailableFreeSpace, "By", "What is left on the disk of the store's folder.");
        _meter.CreateObservableGauge("healthledger.storage.disk.size", () => drive.TotalSize, "By", "The size of that disk.");
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Of(string part, long value) => new(value, new KeyValuePair<string, object?>("part", part));

    private static long LogBytes(SegmentLog log) => log.SegmentIds.Sum(log.LengthOf);

    private static long RunBytes(SortedStore rows) => rows.View.Runs.Sum(run => run.Info.Length);
}
