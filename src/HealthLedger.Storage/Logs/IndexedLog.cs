using System.Buffers.Binary;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Logs;

/// <summary>Says which index rows a record has. Called when it is appended and again when the log is replayed.</summary>
internal delegate void RecordIndexer(byte kind, ReadOnlySpan<byte> key, RecordAddress address, SortedStore index);

/// <summary>
/// A log and the index that finds its records. The index is never ahead of the log on the disk: its tables are closed when a flush
/// round takes the log's records, and written only after that round is durable. A damaged index is rebuilt from the log.
/// </summary>
internal sealed partial class IndexedLog : IStagedLog, IDisposable
{
    private readonly StorageOptions _options;
    private readonly RecordIndexer _indexer;
    private readonly StoreHealth _health;
    private readonly Lock _gate = new();
    // One erasure at a time: an intent that is not durable yet must not be carried out by another's end.
    private readonly SemaphoreSlim _erasing = new(1);
    private readonly DamageKind _kind;
    private FrozenTable? _taken;
    private uint _lastSegment;

    private IndexedLog(SegmentLog log, SortedStore index, StorageOptions options, RecordIndexer indexer, StoreHealth health, DamageKind kind) =>
        (Log, Index, _options, _indexer, _health, _kind) = (log, index, options, indexer, health, kind);

    public SegmentLog Log { get; }

    public SortedStore Index { get; }

    /// <summary>All records below this sequence are durable.</summary>
    public ulong DurableSequence => Log.DurableSequence;

    /// <summary>Called when the index has tables to write.</summary>
    public Action? PersistWanted { get; set; }

    /// <summary>Opens log and index and replays what the index does not have yet.</summary>
    /// <param name="describe">Makes a finding of a damaged record whose key is still readable.</param>
    public static IndexedLog Open(
        IFileSystem files, string folder, string name, StorageOptions options, BlockCache cache, StoreHealth health, DamageKind kind,
        RecordIndexer indexer, Func<ScannedRecord, string, Damage> describe)
    {
        SegmentLog log = SegmentLog.Open(files, folder, name, options, (path, repaired) => health.Report(new Damage(
            kind, path, 0, repaired ? DamageOutcome.Repaired : DamageOutcome.Open,
            repaired ? "One of a segment's two headers was damaged and was written again." : "Both headers of a segment are damaged: its records cannot be read.")));
        SortedStore index = SortedStore.Open(files, Path.Combine(folder, "index"), options, cache, health);
        IndexedLog indexed = new(log, index, options, indexer, health, kind);
        LogPosition? mark = LogPosition.Decode(index.PersistedMark.Span);
        if (index.OpenDamage is { } damage)
        {
            index.Clear();
            mark = null;
            health.Report(new Damage(DamageKind.Index, damage.File, damage.Offset, DamageOutcome.Repaired, "An index was damaged and is rebuilt from its log."));
        }
        indexed.Replay(mark, describe);
        return indexed;
    }

    /// <summary>A record whose key is the address of a record to erase and the index key that led to it.</summary>
    public const byte EraseIntent = 0xFE;

    /// <summary>First byte of the rows that remember an erasure which is not finished: then the address.</summary>
    public const byte PendingErasureRow = (byte)'!';

    /// <summary>First byte of the rows that count the dead bytes of a segment: then its id.</summary>
    public const byte DeadBytesRow = (byte)'#';

    /// <summary>Makes everything staged durable; set by the store.</summary>
    public Func<ValueTask> FlushAsync { get; set; } = () => throw new InvalidOperationException("The log has no group commit.");

    /// <summary>Stages a record and its index rows.</summary>
    public RecordAddress Append(byte kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, out ulong sequence)
    {
        lock (_gate)
        {
            RecordAddress address = Log.Append(kind, key, payload, out sequence);
            try
            {
                Reindex(kind, key, address);
            }
            catch (DamagedRunException damage)
            {
                Rebuild(damage);
            }
            return address;
        }
    }

    /// <summary>Bytes of a segment that no longer count.</summary>
    public long DeadBytes(uint segment) =>
        TryFind(DeadKey(segment), out ReadOnlyMemory<byte> value) ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : 0;

    /// <summary>Finds an index row; rebuilds the index where it turns out to be damaged.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        try
        {
            return Index.TryGet(key, out value);
        }
        catch (DamagedRunException damage)
        {
            Rebuild(damage);
            return Index.TryGet(key, out value);
        }
    }

    /// <summary>The first index row with a prefix after a key.</summary>
    public Row? FindFirst(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after)
    {
        try
        {
            return First();
        }
        catch (DamagedRunException damage)
        {
            Rebuild(damage);
            return First();
        }

        Row? First()
        {
            foreach (Row row in Index.Scan(prefix, after)) return row;
            return null;
        }
    }

    /// <summary>Runs a change of index rows alone, in order with appends.</summary>
    public void ChangeIndex(Action<SortedStore> change)
    {
        lock (_gate) change(Index);
    }

    /// <summary>Builds the index anew from the whole log; used after damage and at compaction.</summary>
    public void Rebuild(DamagedRunException damage)
    {
        lock (_gate)
        {
            Index.Clear();
            foreach (uint id in Log.SegmentIds)
                Log.Scan(id, record =>
                {
                    if (!record.IsGap) Reindex(record.Frame.Kind, record.Key.Span, record.Address);
                    SpillWhileReplaying();
                });
            Log.ForEachStaged((frame, key, address) => Reindex(frame.Kind, key, address));
        }
        _health.Report(new Damage(DamageKind.Index, damage.File, damage.Offset, DamageOutcome.Repaired, "An index was damaged and was rebuilt from its log."));
    }

    /// <summary>Writes the index's closed tables; called by the background.</summary>
    public void PersistIndex()
    {
        try
        {
            Index.Persist();
        }
        catch (DamagedRunException damage)
        {
            Rebuild(damage);
        }
    }

    /// <summary>Closes and writes the index whole, for a clean end. Everything staged must be durable.</summary>
    public void PersistAll()
    {
        lock (_gate)
            if (Index.Freeze(Log.TakenEnd.Encode()) is { } frozen) frozen.MayPersist = true;
        PersistIndex();
    }

    /// <inheritdoc/>
    public bool Take()
    {
        lock (_gate)
        {
            bool any = Log.Take();
            bool rolled = Log.TakenEnd.Segment != _lastSegment;
            if (any && _taken is null && Index.FrozenCount < 2 && (rolled || Index.ActiveBytes > _options.IndexMemoryBytes))
            {
                _lastSegment = Log.TakenEnd.Segment;
                _taken = Index.Freeze(Log.TakenEnd.Encode());
            }
            return any;
        }
    }

    /// <inheritdoc/>
    public void WriteTaken() => Log.WriteTaken();

    /// <inheritdoc/>
    public void Complete()
    {
        Log.Complete();
        if (_taken is null) return;
        _taken.MayPersist = true;
        _taken = null;
        PersistWanted?.Invoke();
    }

    public void Dispose()
    {
        _erasing.Dispose();
        Index.Dispose();
        Log.Dispose();
    }

    private void Replay(LogPosition? mark, Func<ScannedRecord, string, Damage> describe)
    {
        DamagedRunException? damaged = null;
        Log.Recover(mark, record =>
        {
            string path = Log.PathOf(record.Address.Segment);
            if (record.IsGap)
            {
                _health.Report(new Damage(_kind, path, record.Address.Offset, DamageOutcome.Open, $"{record.Address.Length} bytes between records cannot be read."));
                return;
            }
            try
            {
                // Once the index is known to be damaged, it is built anew afterwards from everything.
                if (damaged is null) Reindex(record.Frame.Kind, record.Key.Span, record.Address);
                SpillWhileReplaying();
            }
            catch (DamagedRunException damage)
            {
                damaged = damage;
            }
            if (!record.Sound) _health.Report(describe(record, path));
        },
        (path, at) => _health.Report(new Damage(_kind, path, at, DamageOutcome.Cut, "An unfinished last write was cut off.")));
        _lastSegment = Log.TakenEnd.Segment;
        if (damaged is not null) Rebuild(damaged);
        FinishErasures();
    }

    private void Reindex(byte kind, ReadOnlySpan<byte> key, RecordAddress address)
    {
        if (kind == RecordFrame.Erased) return;
        if (kind != EraseIntent)
        {
            _indexer(kind, key, address, Index);
            return;
        }
        RecordAddress target = RecordAddress.Read(key);
        ReadOnlySpan<byte> row = key[RecordAddress.EncodedBytes..];
        if (Index.TryGet(row, out ReadOnlyMemory<byte> value) && RecordAddress.Read(value.Span) == target) Index.Remove(row);
        Span<byte> pending = stackalloc byte[1 + RecordAddress.EncodedBytes];
        pending[0] = PendingErasureRow;
        target.Write(pending[1..]);
        Index.Set(pending, []);
        byte[] dead = DeadKey(target.Segment);
        long bytes = Index.TryGet(dead, out value) ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : 0;
        Span<byte> sum = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(sum, bytes + target.Length);
        Index.Set(dead, sum);
    }

    /// <summary>Keeps memory bounded during a long replay. The mark stays where it was: a crash replays the same again.</summary>
    private void SpillWhileReplaying()
    {
        if (Index.ActiveBytes < _options.IndexMemoryBytes) return;
        if (Index.Freeze(Index.PersistedMark.ToArray()) is { } frozen) frozen.MayPersist = true;
        Index.Persist();
    }

    private static byte[] DeadKey(uint segment)
    {
        byte[] key = new byte[5];
        key[0] = DeadBytesRow;
        BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(1), segment);
        return key;
    }
}
