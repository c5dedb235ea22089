using HealthLedger.Storage.Files;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Health;

namespace HealthLedger.Storage.Votes;

/// <summary>
/// What this replica promised, voted and locked, for all shards, written twice. Staged records are durable with the next flush of the
/// store. The files of two generations are used in turn, so that the log never grows (README, decisions). Safe for concurrent use.
/// </summary>
public sealed class VoteLog : IStagedLog
{
    private readonly VoteFiles _files;
    private readonly StorageOptions _options;
    private readonly Lock _gate = new(), _fileGate = new();
    private readonly VoteTable _table;
    private readonly AlignedBuffer _batch = new();
    private List<VoteRecord> _staged = [];
    private ulong _generation, _number, _nextSequence;
    private long _end;
    private bool _rotate;
    private volatile bool _renew;

    internal VoteLog(VoteFiles files, VoteRecovery recovered, StorageOptions options)
    {
        (_files, _options) = (files, options);
        (_table, _generation, _number, _end) = (recovered.Table, recovered.Generation, recovered.NextNumber, recovered.End);
        (_nextSequence, DurableBlockSequence) = (recovered.NextSequence, recovered.BlockSequence);
        _rotate = recovered.Generation == 0;
    }

    /// <summary>The largest record, in bytes.</summary>
    public const int RecordBytesMax = VoteBatch.RecordBytesMax;

    /// <summary>What counts now, oldest first: the newest record of each (shard, kind, slot) that was not released. Includes what is staged.</summary>
    public IReadOnlyList<VoteRecord> Live
    {
        get
        {
            lock (_gate) return [.. _table.Records];
        }
    }

    /// <summary>Every block log record below this sequence was durable when a vote was last flushed.</summary>
    internal ulong DurableBlockSequence { get; private set; }

    /// <summary>Where the block log ends that is known to be durable; written into every batch.</summary>
    internal Func<ulong> BlockSequence { get; set; } = () => 0;

    /// <summary>Stages a record that replaces the one of the same shard, kind and slot; its sequence.</summary>
    /// <exception cref="ArgumentException">The kind is 0xF0 or above, or the bytes exceed <see cref="RecordBytesMax"/>.</exception>
    public ulong Append(uint shard, byte kind, ulong slot, ReadOnlySpan<byte> bytes)
    {
        if (kind >= 0xF0) throw new ArgumentException("Kinds from 0xF0 are the log's own.", nameof(kind));
        if (bytes.Length > RecordBytesMax) throw new ArgumentException($"A vote record has at most {RecordBytesMax} bytes, not {bytes.Length}.", nameof(bytes));
        return Stage(shard, kind, slot, bytes.ToArray());
    }

    /// <summary>Stages that records of a kind with slots below a bound no longer count.</summary>
    public ulong Release(uint shard, byte kind, ulong belowSlot) => Stage(shard, VoteBatch.Release, belowSlot, [kind]);

    /// <inheritdoc/>
    bool IStagedLog.Take()
    {
        lock (_gate)
        {
            if (_staged.Count == 0 && !_renew) return false;
            List<VoteRecord> records = _staged;
            _staged = [];
            Fill(records);
            if (_rotate || _renew || _end + _batch.Length > _options.VoteFileBytes)
            {
                // The table already holds what is staged: the new generation's first batch is all there is to keep.
                (_rotate, _renew, _generation, _number, _end) = (true, false, _generation + 1, 0, 0);
                Fill(_table.Records);
            }
            VoteBatch.Seal(_batch, _generation, _number, BlockSequence(), _options.Random());
            return true;
        }
    }

    /// <inheritdoc/>
    void IStagedLog.WriteTaken()
    {
        lock (_fileGate)
        {
            _files.Write(_generation, _end, _batch.Span);
            if (_rotate) _files.Retire(_generation - 1);
            _end += _batch.Length;
            _number++;
            _rotate = false;
        }
    }

    /// <inheritdoc/>
    void IStagedLog.Complete()
    {
    }

    /// <summary>
    /// Reads both files again and repairs one from the other. Where the same votes are damaged in both, they are still in memory: the next
    /// flush writes a new generation. The bytes read.
    /// </summary>
    internal long Verify()
    {
        lock (_fileGate)
        {
            if (_generation == 0 || _end == 0) return 0;
            long read = _files.Verify(_generation, _end, out bool sound);
            _renew |= !sound;
            return read;
        }
    }

    private void Fill(IEnumerable<VoteRecord> records)
    {
        _batch.Clear();
        _batch.Extend(VoteBatch.HeaderBytes);
        foreach (VoteRecord record in records) VoteBatch.AddRecord(_batch, record);
    }

    private ulong Stage(uint shard, byte kind, ulong slot, byte[] bytes)
    {
        lock (_gate)
        {
            VoteRecord record = new(shard, kind, slot, _nextSequence++, bytes);
            _table.Apply(record);
            _staged.Add(record);
            return record.Sequence;
        }
    }
}
