using System.Diagnostics.Metrics;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Votes;
using HealthLedger.Storage.Health;

namespace HealthLedger.Validator.Telemetry;

/// <summary>
/// What a replica counts, on the meter <c>HealthLedger</c>. Times are seconds. Labels are the member, shard, kind and code only: never an
/// identity, never anything from a record. Histograms have no shard: a consortium has 64 of them.
/// </summary>
public sealed class ReplicaMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HealthLedger";

    private static readonly double[] LatencySeconds =
        [0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Histogram<double> _commit, _flush, _verify, _stage, _block;
    private readonly Counter<long> _blocks, _entries, _outcomes, _verifications, _votes, _epochs, _complaints, _nacks, _found, _healed, _dropped;

    /// <summary>Starts the instruments of one member's replica.</summary>
    /// <param name="member">How the member is called.</param>
    /// <param name="time">The clock of <see cref="BlockTimes"/>.</param>
    public ReplicaMetrics(string member, TimeProvider time)
    {
        _time = time;
        _meter = new Meter(MeterName, null, [new("member", member)]);
        _commit = Seconds("commit.duration", "From the arrival of a statement at its shard actor to its commit here.");
        _flush = Seconds("flush.duration", "One group commit of a replica, its signature included.");
        _verify = Seconds("verify.duration", "Verifying the signatures of one block that came from outside.");
        _stage = Seconds("block.stage.duration", "One stage of a block here: gather or build, execute, prepare, commit, flush.");
        _block = Seconds("block.duration", "From the arrival of a block, or the beginning of its building, until it is committed and durable here.");
        _blocks = _meter.CreateCounter<long>("healthledger.blocks", "{block}", "Blocks committed.");
        _entries = _meter.CreateCounter<long>("healthledger.entries", "{entry}", "Entries committed.");
        _outcomes = _meter.CreateCounter<long>("healthledger.outcomes", "{entry}", "What the rules decided on committed entries, by kind and code of the reason.");
        _verifications = _meter.CreateCounter<long>("healthledger.verifications", "{signature}", "Statement signatures verified.");
        _votes = _meter.CreateCounter<long>("healthledger.votes", "{vote}", "Votes signed.");
        _epochs = _meter.CreateCounter<long>("healthledger.epochs", "{epoch}", "Epochs promised or entered: each one above the first is a change of the leader.");
        _complaints = _meter.CreateCounter<long>("healthledger.complaints", "{complaint}", "Complaints of a leader sent, repeated ones too.");
        _nacks = _meter.CreateCounter<long>("healthledger.nacks", "{nack}", "Refusals sent to leaders, by reason.");
        _found = _meter.CreateCounter<long>("healthledger.damage.found", "{place}", "Damaged places found in the store.");
        _healed = _meter.CreateCounter<long>("healthledger.damage.healed", "{place}", "Damaged places healed from peers.");
        _dropped = _meter.CreateCounter<long>("healthledger.messages.dropped", "{message}", "Messages dropped because a queue was full.");
        // What has not happened yet is told as zero, so that its first time is an increase.
        _complaints.Add(0);
        _dropped.Add(0, new KeyValuePair<string, object?>("queue", "shard"));
        foreach (NackReason reason in Enum.GetValues<NackReason>()) _nacks.Add(0, new KeyValuePair<string, object?>("reason", reason.ToString()));
        foreach (DamageKind kind in Enum.GetValues<DamageKind>())
        {
            _found.Add(0, new KeyValuePair<string, object?>("kind", kind.ToString()));
            _healed.Add(0, new KeyValuePair<string, object?>("kind", kind.ToString()));
        }
    }

    /// <summary>A statement handed in here was committed after so many seconds.</summary>
    public void CommitSeen(double seconds) => _commit.Record(seconds);

    /// <summary>A group commit took so many seconds and signed so many votes.</summary>
    public void Flushed(double seconds, int votes)
    {
        _flush.Record(seconds);
        if (votes > 0) _votes.Add(votes);
    }

    /// <summary>A block was committed, with what the rules decided on its entries.</summary>
    public void BlockCommitted(int shard, IReadOnlyList<Outcome> outcomes)
    {
        KeyValuePair<string, object?> label = new("shard", shard);
        _blocks.Add(1, label);
        _entries.Add(outcomes.Count, label);
        if (!_outcomes.Enabled) return;
        foreach (IGrouping<(OutcomeKind Kind, FaultCode? Reason), Outcome> alike in outcomes.GroupBy(outcome => (outcome.Kind, outcome.Reason)))
            _outcomes.Add(alike.Count(), new("kind", KindText(alike.Key.Kind)), new("code", alike.Key.Reason is { } reason ? FaultTable.Text(reason) : "none"));
    }

    /// <summary>A committed block is durable: how long each of its stages took here.</summary>
    public void BlockDurable(BlockTimes times)
    {
        if (!_stage.Enabled) return;
        foreach ((string stage, long from, long to) in times.Stages()) _stage.Record(_time.GetElapsedTime(from, to).TotalSeconds, new KeyValuePair<string, object?>("stage", stage));
        if (times.Arrived != 0) _block.Record(_time.GetElapsedTime(times.Arrived, times.Durable).TotalSeconds);
    }

    /// <summary>So many statement signatures were verified, of a block where it took seconds.</summary>
    public void Verified(int signatures, double? seconds = null)
    {
        _verifications.Add(signatures);
        if (seconds is { } took) _verify.Record(took);
    }

    /// <summary>An epoch was promised or entered.</summary>
    public void EpochEntered(int shard) => _epochs.Add(1, new KeyValuePair<string, object?>("shard", shard));

    /// <summary>A message that tells of trouble is sent.</summary>
    public void Said(Message message)
    {
        if (message is ComplainCall) _complaints.Add(1);
        else if (message is NackAnswer { Nack.Reason: var reason }) _nacks.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
    }

    /// <summary>A damaged place was found.</summary>
    public void DamageFound(string kind) => _found.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A damaged place was healed.</summary>
    public void DamageHealed(string kind) => _healed.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A full queue dropped a message.</summary>
    public void Dropped(string queue) => _dropped.Add(1, new KeyValuePair<string, object?>("queue", queue));

    /// <summary>Publishes a value that is read when somebody looks.</summary>
    /// <param name="name">Under <c>healthledger.</c></param>
    /// <param name="unit">UCUM; null for a plain number.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="value">The value.</param>
    public void Observe(string name, string? unit, string description, Func<long> value) => _meter.CreateObservableGauge("healthledger." + name, value, unit, description);

    /// <summary>Publishes a value for each shard that is read when somebody looks.</summary>
    /// <param name="name">Under <c>healthledger.</c></param>
    /// <param name="unit">UCUM; null for a plain number.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="shards">How many shards there are, the directory included.</param>
    /// <param name="value">The value of one shard.</param>
    public void Observe(string name, string? unit, string description, int shards, Func<int, long> value) =>
        _meter.CreateObservableGauge("healthledger." + name, () => Enumerable.Range(0, shards).Select(shard => new Measurement<long>(value(shard), new KeyValuePair<string, object?>("shard", shard))), unit, description);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private Histogram<double> Seconds(string name, string description) =>
        _meter.CreateHistogram("healthledger." + name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencySeconds });

    private static string KindText(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Applied => "applied",
        OutcomeKind.Duplicate => "duplicate",
        OutcomeKind.Refused => "refused",
        OutcomeKind.Permitted => "permitted",
        _ => "denied",
    };
}
