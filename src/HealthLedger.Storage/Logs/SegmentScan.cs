using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Logs;

/// <summary>
/// What a scan met at one place of a segment: a record, sound or with a damaged payload, or where <paramref name="IsGap"/> a range in which
/// none can be read.
/// </summary>
internal readonly record struct ScannedRecord(RecordFrame Frame, RecordAddress Address, ReadOnlyMemory<byte> Key, bool Sound, bool IsGap = false);

/// <summary>Reads a segment from a place to its end, steps over damage, and says where the last whole record ends.</summary>
internal sealed class SegmentScan(Segment segment, int windowBytes = 256 * 1024)
{
    private readonly byte[] _window = new byte[windowBytes];
    private long _windowStart = -1;
    private int _windowLength;

    /// <summary>Where the last record ends; the next batch starts at the page boundary at or above it.</summary>
    public long End { get; private set; }

    /// <summary>Where something other than zeros lies past the end, or -1.</summary>
    public long GarbageAt { get; private set; } = -1;

    /// <summary>Visits every record from <paramref name="from"/>, and every gap that records follow.</summary>
    public void Run(long from, Action<ScannedRecord> visit)
    {
        End = from;
        long at = from, length = segment.FileLength, gapStart = -1;
        while (at + RecordFrame.HeaderBytes <= length)
        {
            ReadOnlySpan<byte> header = Peek(at, (int)Math.Min(RecordFrame.HeaderBytes + RecordFrame.KeyBytesMax, length - at));
            if (RecordFrame.TryReadHeader(header, segment.Id, segment.Salt, out RecordFrame frame) && at + frame.Length <= length)
            {
                if (gapStart >= 0) visit(new ScannedRecord(default, new RecordAddress(segment.Id, (uint)gapStart, (uint)(at - gapStart)), default, Sound: false, IsGap: true));
                (gapStart, GarbageAt) = (-1, -1);
                bool sound = ReadFrame(at, frame, out byte[] key);
                visit(new ScannedRecord(frame, new RecordAddress(segment.Id, (uint)at, (uint)frame.Length), key, sound));
                at += frame.PaddedLength;
                // A damaged record is only known to be one, and not an unfinished write, when the caller sees what follows it.
                End = at;
                continue;
            }
            bool zero = header[..RecordFrame.HeaderBytes].IndexOfAnyExcept((byte)0) < 0;
            if (zero)
            {
                long next = Page.RoundUp(at + 1);
                if (!IsZero(at, Math.Min(next, length)))
                {
                    zero = false;
                }
                else
                {
                    // The padding of a batch, or the prepared part: a record can follow only from a page boundary.
                    if (gapStart < 0 && (at & (Page.Bytes - 1)) == 0) gapStart = at;
                    at = next;
                    continue;
                }
            }
            if (gapStart < 0) gapStart = at;
            if (GarbageAt < 0) GarbageAt = at;
            at += 8;
        }
        if (GarbageAt < 0 && at < length && !IsZero(at, length)) GarbageAt = at;
    }

    private bool ReadFrame(long at, RecordFrame frame, out byte[] key)
    {
        key = Peek(at + RecordFrame.HeaderBytes, frame.KeyLength).ToArray();
        uint promised = RecordFrame.PromisedCrc(Peek(at, 4));
        uint crc = segment.Salt;
        for (long position = at + 4, end = at + frame.Length; position < end;)
        {
            int count = (int)Math.Min(end - position, _window.Length);
            crc = Crc32C.Of(Peek(position, count), crc);
            position += count;
        }
        return crc == promised;
    }

    private bool IsZero(long start, long end)
    {
        while (start < end)
        {
            int count = (int)Math.Min(end - start, Page.Bytes);
            if (Peek(start, count).IndexOfAnyExcept((byte)0) >= 0) return false;
            start += count;
        }
        return true;
    }

    private ReadOnlySpan<byte> Peek(long offset, int count)
    {
        if (_windowStart < 0 || offset < _windowStart || offset + count > _windowStart + _windowLength)
        {
            _windowStart = offset;
            _windowLength = segment.Read(offset, _window);
        }
        int start = (int)(offset - _windowStart);
        return _window.AsSpan(start, Math.Min(count, _windowLength - start));
    }
}
