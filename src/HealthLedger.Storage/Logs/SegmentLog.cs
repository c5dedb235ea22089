using System.Collections.Concurrent;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Flushing;

namespace HealthLedger.Storage.Logs;

/// <summary>Visits a record that is staged.</summary>
internal delegate void StagedVisitor(RecordFrame frame, ReadOnlySpan<byte> key, RecordAddress address);

/// <summary>
/// An append-only log of checked records in segment files. Records are staged in memory, where they can be read at once, and reach
/// the disk with the next flush round. The log knows where records lie, not what they mean; <see cref="IndexedLog"/> finds them.
/// </summary>
internal sealed class SegmentLog : IStagedLog, IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _folder, _name;
    private readonly StorageOptions _options;
    private readonly ConcurrentDictionary<uint, Segment> _segments = new();
    private readonly Lock _gate = new();
    private readonly AlignedBuffer _zeros = new();
    private List<StagedBatch> _staged = [], _inFlight = [];
    private readonly Stack<AlignedBuffer> _spare = new();
    private Segment _active;
    private ulong _nextSequence = 1, _durable;
    private LogPosition _taken;

    private SegmentLog(IFileSystem files, string folder, string name, StorageOptions options)
    {
        (_files, _folder, _name, _options) = (files, folder, name, options);
        _zeros.Extend(64 * Page.Bytes);
        _active = null!;
    }

    /// <summary>The sequence that the next record gets.</summary>
    public ulong NextSequence
    {
        get
        {
            lock (_gate) return _nextSequence;
        }
    }

    /// <summary>All records below this sequence are durable.</summary>
    public ulong DurableSequence => Volatile.Read(ref _durable);

    /// <summary>Bytes staged or being written.</summary>
    public long StagedBytes
    {
        get
        {
            lock (_gate) return _staged.Sum(batch => (long)batch.Buffer.Length) + _inFlight.Sum(batch => (long)batch.Buffer.Length);
        }
    }

    /// <summary>Segments on the disk, ascending.</summary>
    public IReadOnlyList<uint> SegmentIds => [.. _segments.Keys.Order()];

    /// <summary>The segment that is written to.</summary>
    public uint ActiveSegment => _active.Id;

    /// <summary>Called when the active segment should be filled with zeros further ahead.</summary>
    public Action? PrepareWanted { get; set; }

    /// <summary>The end of what <see cref="Take"/> closed last; durable once the round completes.</summary>
    public LogPosition TakenEnd => _taken;

    /// <summary>Opens the segments of a folder. <paramref name="headerDamage"/> hears of a damaged header: the path, and true where its twin was sound.</summary>
    public static SegmentLog Open(IFileSystem files, string folder, string name, StorageOptions options, Action<string, bool> headerDamage)
    {
        files.CreateFolder(folder);
        SegmentLog log = new(files, folder, name, options);
        foreach (string file in files.List(folder))
        {
            if (!TryParse(file, name, out uint id)) continue;
            Segment segment = new(files, Path.Combine(folder, file), id, 0);
            bool sound = segment.TryOpen(out bool repaired);
            if (!sound) headerDamage(segment.Path, false);
            else if (repaired) headerDamage(segment.Path, true);
            segment.End = Page.RoundUp(segment.FileLength);
            log._segments[id] = segment;
        }
        return log;
    }

    /// <summary>
    /// Visits the records from <paramref name="from"/> (null: all) in order, and what is damaged (Sound = false), cuts an unfinished last
    /// write and makes the log ready to append. What is unreadable and was not known to be durable by any later record was under way
    /// when the power went; it is not visited.
    /// </summary>
    public void Recover(LogPosition? from, Action<ScannedRecord> visit, Action<string, long> cut)
    {
        _nextSequence = Math.Max(1, from?.Sequence ?? 1);
        uint last = _segments.IsEmpty ? 0 : _segments.Keys.Max();
        ulong durable = _nextSequence, before = _nextSequence;
        // From the first unreadable place on, records wait until it is known which of these were ever durable.
        List<(ScannedRecord Record, ulong Before)> held = [];
        foreach (uint id in SegmentIds)
        {
            if (from is { } start && id < start.Segment) continue;
            long offset = from is { } position && id == position.Segment ? Math.Max(Segment.DataStart, position.Offset) : Segment.DataStart;
            Segment segment = _segments[id];
            SegmentScan scan = new(segment);
            long tail = Page.RoundUp(offset);
            scan.Run(offset, record =>
            {
                if (record.Sound)
                {
                    durable = Math.Max(durable, record.Frame.Durable);
                    _nextSequence = Math.Max(_nextSequence, record.Frame.Sequence + 1);
                    tail = record.Address.Offset + record.Frame.PaddedLength;
                }
                if (record.Sound && held.Count == 0) visit(record);
                else held.Add((record, before));
                if (record.Sound) before = Math.Max(before, record.Frame.Sequence + 1);
            });
            segment.End = Page.RoundUp(Math.Max(tail, Segment.DataStart));
            if (id != last || (scan.GarbageAt < 0 && scan.End <= tail)) continue;
            segment.ClearFrom(tail);
            cut(segment.Path, tail);
        }
        foreach ((ScannedRecord record, ulong sequence) in held)
            if (record.Sound || (record.IsGap ? sequence : record.Frame.Sequence) < durable) visit(record);
        uint missingFrom = from?.Segment ?? 0;
        if (last == 0 || last < missingFrom) _active = NewSegment(Math.Max(last, missingFrom) + 1);
        else _active = _segments[last];
        _taken = new LogPosition(_active.Id, _active.End, _nextSequence);
        _durable = _nextSequence;
    }

    /// <summary>Stages a record; it can be read at once and is durable with the next flush round.</summary>
    public RecordAddress Append(byte kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, out ulong sequence)
    {
        lock (_gate)
        {
            sequence = _nextSequence++;
            return Place(new RecordFrame(kind, sequence, _durable, key.Length, payload.Length), key, payload);
        }
    }

    /// <summary>Reads and checks a record; null where the bytes are not what was written.</summary>
    public LogRecord? TryRead(RecordAddress address)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)address.Length);
        if (!_segments.TryGetValue(address.Segment, out Segment? segment)) return null;
        if (!TryCopyStaged(address, bytes) && segment.Read(address.Offset, bytes) < bytes.Length) return null;
        if (!RecordFrame.TryRead(bytes, segment.Id, segment.Salt, out RecordFrame frame) || frame.Length != bytes.Length || frame.Kind == RecordFrame.Erased) return null;
        return new LogRecord(frame.Kind, frame.Sequence, bytes.AsMemory(RecordFrame.HeaderBytes, frame.KeyLength),
            bytes.AsMemory(RecordFrame.HeaderBytes + frame.KeyLength));
    }

    /// <summary>Overwrites a durable record with zeros under a frame of the same length; durable on return.</summary>
    public void EraseInPlace(RecordAddress address)
    {
        if (!_segments.TryGetValue(address.Segment, out Segment? segment)) return;
        byte[] frame = new byte[address.Length];
        new RecordFrame(RecordFrame.Erased, 0, 0, 0, frame.Length - RecordFrame.HeaderBytes).Seal(frame, segment.Id, segment.Salt);
        segment.Replace(address.Offset, frame);
    }

    /// <summary>Visits every record, and every gap, of one segment that is on the disk.</summary>
    public void Scan(uint id, Action<ScannedRecord> visit)
    {
        if (!_segments.TryGetValue(id, out Segment? segment) || !segment.IsCreated) return;
        new SegmentScan(segment).Run(Segment.DataStart, visit);
    }

    /// <summary>Visits the records that are not on the disk yet, in order.</summary>
    public void ForEachStaged(StagedVisitor visit)
    {
        lock (_gate)
        {
            foreach (StagedBatch batch in _inFlight.Concat(_staged))
            {
                for (int at = 0; RecordFrame.TryReadHeader(batch.Buffer.Span[at..], batch.Segment.Id, batch.Segment.Salt, out RecordFrame frame);)
                {
                    visit(frame, batch.Buffer.Span.Slice(at + RecordFrame.HeaderBytes, frame.KeyLength), new RecordAddress(batch.Segment.Id, (uint)(batch.Start + at), (uint)frame.Length));
                    at += frame.PaddedLength;
                }
            }
        }
    }

    /// <summary>The path of a segment's file.</summary>
    public string PathOf(uint id) => Path.Combine(_folder, FileName(id));

    /// <summary>Bytes in a segment's file.</summary>
    public long LengthOf(uint id) => _segments.TryGetValue(id, out Segment? segment) ? segment.End : 0;

    /// <summary>Deletes a sealed segment whose records all live elsewhere by now.</summary>
    public void DeleteSegment(uint id)
    {
        if (id == _active.Id) throw new ArgumentException("The active segment cannot be deleted.", nameof(id));
        if (!_segments.TryRemove(id, out Segment? segment)) return;
        _files.Delete(segment.Path);
        _files.FlushFolder(_folder);
    }

    /// <summary>Fills the active segment with zeros ahead of the writer; nothing where its file is not there yet.</summary>
    public void Prepare()
    {
        Segment active = _active;
        if (active.IsCreated) active.Prepare(_zeros, _options.PrepareBytes, _options.SegmentBytes);
    }

    /// <inheritdoc/>
    public bool Take()
    {
        lock (_gate)
        {
            CloseLast();
            (_inFlight, _staged) = (_staged, []);
            _taken = new LogPosition(_active.Id, _active.End, _nextSequence);
            return _inFlight.Count > 0;
        }
    }

    /// <inheritdoc/>
    public void WriteTaken()
    {
        Segment? previous = null;
        foreach (StagedBatch batch in _inFlight)
        {
            if (batch.Segment.EnsureCreated()) _files.FlushFolder(_folder);
            if (previous is not null && previous != batch.Segment) previous.Flush();
            batch.Segment.Write(batch.Start, batch.Buffer.Span);
            previous = batch.Segment;
        }
        previous?.Flush();
    }

    /// <inheritdoc/>
    public void Complete()
    {
        lock (_gate)
        {
            foreach (StagedBatch batch in _inFlight)
            {
                batch.Buffer.Clear();
                if (_spare.Count < 2 && batch.Buffer.Capacity <= 4 << 20) _spare.Push(batch.Buffer);
                else batch.Buffer.Dispose();
            }
            _inFlight = [];
            Volatile.Write(ref _durable, _taken.Sequence);
        }
        Segment active = _active;
        if (active.IsCreated && active.WantsPreparing(_options.PrepareBytes, _options.SegmentBytes)) PrepareWanted?.Invoke();
    }

    public void Dispose()
    {
        foreach (StagedBatch batch in _staged.Concat(_inFlight)) batch.Buffer.Dispose();
        foreach (AlignedBuffer buffer in _spare) buffer.Dispose();
        foreach (Segment segment in _segments.Values) segment.Dispose();
        _zeros.Dispose();
    }

    private RecordAddress Place(RecordFrame frame, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload)
    {
        StagedBatch? batch = _staged.Count > 0 && _staged[^1] is { IsClosed: false } last ? last : null;
        long end = batch is null ? _active.End : batch.Start + batch.Buffer.Length;
        if (end + frame.PaddedLength > _options.SegmentBytes && end > Segment.DataStart)
        {
            CloseLast();
            _active = NewSegment(_active.Id + 1);
            batch = null;
        }
        if (batch is null)
        {
            batch = new StagedBatch(_active, _active.End, _spare.TryPop(out AlignedBuffer? spare) ? spare : new AlignedBuffer());
            _staged.Add(batch);
        }
        uint offset = checked((uint)(batch.Start + batch.Buffer.Length));
        Span<byte> bytes = batch.Buffer.Extend(frame.PaddedLength);
        key.CopyTo(bytes[RecordFrame.HeaderBytes..]);
        payload.CopyTo(bytes[(RecordFrame.HeaderBytes + key.Length)..]);
        frame.Seal(bytes, batch.Segment.Id, batch.Segment.Salt);
        return new RecordAddress(batch.Segment.Id, offset, (uint)frame.Length);
    }

    private void CloseLast()
    {
        if (_staged.Count > 0 && !_staged[^1].IsClosed) _staged[^1].Close();
    }

    private bool TryCopyStaged(RecordAddress address, Span<byte> destination)
    {
        lock (_gate) return TryCopy(_staged, address, destination) || TryCopy(_inFlight, address, destination);
    }

    private static bool TryCopy(List<StagedBatch> batches, RecordAddress address, Span<byte> destination)
    {
        foreach (StagedBatch batch in batches)
        {
            long start = address.Offset - batch.Start;
            if (batch.Segment.Id != address.Segment || start < 0 || start + address.Length > batch.Buffer.Length) continue;
            batch.Buffer.Span.Slice((int)start, (int)address.Length).CopyTo(destination);
            return true;
        }
        return false;
    }

    private Segment NewSegment(uint id)
    {
        Segment segment = new(_files, PathOf(id), id, (uint)_options.Random());
        _segments[id] = segment;
        return segment;
    }

    private string FileName(uint id) => $"{_name}-{id:D8}.log";

    /// <summary>The id in a segment's file name, such as <c>blocks-00000001.log</c>.</summary>
    internal static bool TryParse(string file, string name, out uint id)
    {
        id = 0;
        return file.Length == name.Length + 13 && file.StartsWith(name + "-", StringComparison.Ordinal) && file.EndsWith(".log", StringComparison.Ordinal)
            && uint.TryParse(file.AsSpan(name.Length + 1, 8), out id) && id > 0;
    }
}
