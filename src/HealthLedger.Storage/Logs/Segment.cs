using System.Buffers.Binary;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Logs;

/// <summary>
/// One file of a log. Pages 0 and 1 hold the same header (magic u64, id u32, salt u32, CRC-32C u32), batches of records follow, each
/// from a page boundary. The part ahead of the writer is filled with zeros beforehand, so that an append changes no metadata.
/// </summary>
internal sealed class Segment(IFileSystem files, string path, uint id, uint salt) : IDisposable
{
    public const int DataStart = 2 * Page.Bytes;
    private const ulong Magic = 0x31474553444C4848;
    private const int HeaderLength = 20;
    private readonly Lock _prepareGate = new();
    private volatile IStoreFile? _file;
    private long _preparedEnd;

    public string Path => path;

    public uint Id => id;

    public uint Salt { get; private set; } = salt;

    /// <summary>Where the next batch starts; a page boundary.</summary>
    public long End { get; set; } = DataStart;

    public long FileLength => File.Length;

    /// <summary>True once the file is on the disk.</summary>
    public bool IsCreated => _file is not null;

    private IStoreFile File => _file ?? throw new InvalidOperationException($"The segment {path} was not created.");

    /// <summary>Opens an existing file; false where neither header is whole. <paramref name="repaired"/>: one of the two was.</summary>
    public bool TryOpen(out bool repaired)
    {
        _file = files.Open(path, FileUse.Direct);
        _preparedEnd = _file.Length;
        bool first = ReadHeader(0), second = ReadHeader(Page.Bytes);
        repaired = first != second;
        if (repaired) WriteHeader(_file);
        return first || second;
    }

    /// <summary>Opens a file for reading only; false where neither header is whole.</summary>
    public bool TryOpen(PinnedFile file)
    {
        _file = file;
        _preparedEnd = file.Length;
        return ReadHeader(0) || ReadHeader(Page.Bytes);
    }

    /// <summary>Creates the file on the disk where it is not there yet.</summary>
    public bool EnsureCreated()
    {
        if (_file is not null) return false;
        IStoreFile file = files.Open(path, FileUse.Direct);
        WriteHeader(file);
        _preparedEnd = DataStart;
        _file = file;
        return true;
    }

    /// <summary>Writes a batch; durable after <see cref="Flush"/>.</summary>
    public void Write(long offset, ReadOnlySpan<byte> batch)
    {
        long end = offset + batch.Length;
        if (end > Volatile.Read(ref _preparedEnd))
        {
            // The filler may be at work just there: wait for it, then keep it out of these bytes for good.
            lock (_prepareGate)
                if (end > _preparedEnd) Volatile.Write(ref _preparedEnd, end);
        }
        File.Write(offset, batch);
    }

    public void Flush() => File.Flush();

    public int Read(long offset, Span<byte> destination) => File.Read(offset, destination);

    /// <summary>Fills with zeros ahead of the writer, up to <paramref name="bytes"/> and not past <paramref name="limit"/>.</summary>
    public void Prepare(AlignedBuffer zeros, int bytes, long limit)
    {
        lock (_prepareGate)
        {
            if (_preparedEnd >= End + bytes) return;
            long end = Math.Min(Page.RoundUp(limit), _preparedEnd + bytes);
            for (long at = _preparedEnd; at < end; at += zeros.Length)
                File.Write(at, zeros.Span[..(int)Math.Min(zeros.Length, end - at)]);
            File.Flush();
            Volatile.Write(ref _preparedEnd, Math.Max(_preparedEnd, end));
        }
    }

    /// <summary>True where the writer comes close to the end of what is filled.</summary>
    public bool WantsPreparing(int bytes, long limit) => Volatile.Read(ref _preparedEnd) - End < bytes / 2 && _preparedEnd < limit;

    /// <summary>Overwrites the bytes from <paramref name="offset"/> (any place) with zeros to the end of the file.</summary>
    public void ClearFrom(long offset)
    {
        using AlignedBuffer zeros = new();
        zeros.Extend(64 * Page.Bytes);
        long start = Page.RoundUp(offset), length = File.Length;
        if (start > offset) Replace(offset, new byte[start - offset]);
        // A file cut at an odd place is brought to whole pages too.
        for (long at = start; at < Page.RoundUp(length); at += zeros.Length)
            File.Write(at, zeros.Span[..(int)Math.Min(zeros.Length, Page.RoundUp(length) - at)]);
        File.Flush();
        _preparedEnd = Math.Max(_preparedEnd, Page.RoundUp(length));
    }

    /// <summary>Replaces bytes inside whole pages, leaving what surrounds them as it is; durable on return.</summary>
    public void Replace(long offset, ReadOnlySpan<byte> bytes)
    {
        long start = offset & ~(long)(Page.Bytes - 1), end = Page.RoundUp(offset + bytes.Length);
        using AlignedBuffer pages = new();
        Span<byte> span = pages.Extend((int)(end - start));
        File.Read(start, span);
        bytes.CopyTo(span[(int)(offset - start)..]);
        File.Write(start, span);
        File.Flush();
    }

    public void Dispose() => _file?.Dispose();

    private bool ReadHeader(long offset)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (File.Read(offset, header) < HeaderLength) return false;
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != id) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) != Crc32C.Of(header[..16])) return false;
        Salt = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        return true;
    }

    private void WriteHeader(IStoreFile file)
    {
        using AlignedBuffer pages = new();
        Span<byte> span = pages.Extend(DataStart);
        for (int at = 0; at < DataStart; at += Page.Bytes)
        {
            Span<byte> header = span[at..];
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], id);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Salt);
            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32C.Of(header[..16]));
        }
        file.Write(0, span);
        file.Flush();
    }
}
