using System.Buffers.Binary;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Sorted;

/// <summary>An immutable file of rows, ascending; in memory are its index (a key for each 4 KB) and ten bits for each row.</summary>
internal sealed class RunFile
{
    private readonly IStoreFile _file;
    private readonly BlockCache _cache;
    private readonly long _cacheId;
    private readonly BloomFilter _bloom;
    private readonly byte[] _index;
    private readonly int[] _items;

    private RunFile(IStoreFile file, string path, RunInfo info, long rows, byte[] index, int[] items, BloomFilter bloom, BlockCache cache)
    {
        (_file, Path, Info, Rows, _index, _items, _bloom, _cache) = (file, path, info, rows, index, items, bloom, cache);
        _cacheId = cache.NewRun();
    }

    public string Path { get; }

    public RunInfo Info { get; }

    /// <summary>Rows and removal marks in the run.</summary>
    public long Rows { get; }

    public int Blocks => _items.Length;

    /// <summary>Opens a run and checks its index and filter.</summary>
    /// <exception cref="DamagedRunException">The file is missing, another, or damaged there.</exception>
    public static RunFile Open(IFileSystem files, string path, RunInfo info, BlockCache cache)
    {
        if (!files.Exists(path)) throw new DamagedRunException(path, 0);
        IStoreFile file = files.Open(path, FileUse.Buffered);
        try
        {
            byte[] trailer = new byte[RunWriter.TrailerBytes];
            long trailerAt = info.Length - trailer.Length;
            if (file.Length != info.Length || trailerAt < 0 || file.Read(trailerAt, trailer) != trailer.Length) throw new DamagedRunException(path, Math.Max(0, trailerAt));
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(40));
            if (crc != info.TrailerCrc || crc != RunWriter.Crc(info.Id, 0, trailer.AsSpan(0, 40)) || BinaryPrimitives.ReadUInt64LittleEndian(trailer) != RunWriter.Magic)
                throw new DamagedRunException(path, trailerAt);
            long indexAt = BinaryPrimitives.ReadInt64LittleEndian(trailer.AsSpan(24));
            int indexLength = BinaryPrimitives.ReadInt32LittleEndian(trailer.AsSpan(32)), bloomLength = BinaryPrimitives.ReadInt32LittleEndian(trailer.AsSpan(36));
            byte[] index = ReadChecked(file, path, info.Id, indexAt, indexLength);
            BloomFilter bloom = BloomFilter.Read(ReadChecked(file, path, info.Id, indexAt + indexLength, bloomLength).AsSpan(0, bloomLength - 4))
                ?? throw new DamagedRunException(path, indexAt + indexLength);
            int[] items = new int[BinaryPrimitives.ReadInt32LittleEndian(index)];
            for (int i = 0, at = 4; i < items.Length; i++, at += 13 + index[at + 12]) items[i] = at;
            return new RunFile(file, path, info, BinaryPrimitives.ReadInt64LittleEndian(trailer.AsSpan(16)), index, items, bloom, cache);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public Lookup TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (!_bloom.MayContain(key)) return Lookup.Unknown;
        int block = BlockOf(key);
        if (block < 0) return Lookup.Unknown;
        byte[] bytes = Load(block, keep: true);
        for (int at = 0, end = bytes.Length - 4; at < end;)
        {
            SortedRow row = Entry(bytes, ref at);
            int order = row.Key.Span.SequenceCompareTo(key);
            if (order > 0) break;
            if (order < 0) continue;
            value = row.Value;
            return row.IsRemoved ? Lookup.Removed : Lookup.Found;
        }
        return Lookup.Unknown;
    }

    /// <summary>Rows whose keys start with <paramref name="prefix"/>, after <paramref name="after"/> if not empty.</summary>
    public IEnumerable<SortedRow> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after, bool keep)
    {
        ReadOnlyMemory<byte> from = after.Span.SequenceCompareTo(prefix.Span) > 0 ? after : prefix;
        for (int block = Math.Max(0, BlockOf(from.Span)); block < _items.Length; block++)
        {
            byte[] bytes = Load(block, keep);
            for (int at = 0, end = bytes.Length - 4; at < end;)
            {
                SortedRow row = Entry(bytes, ref at);
                int order = row.Key.Span.SequenceCompareTo(from.Span);
                if (order < 0 || (order == 0 && after.Length > 0 && row.Key.Span.SequenceEqual(after.Span))) continue;
                if (!row.Key.Span.StartsWith(prefix.Span)) yield break;
                yield return row;
            }
        }
    }

    /// <summary>Reads one block anew from the disk and checks it; the bytes read.</summary>
    /// <exception cref="DamagedRunException">It is damaged.</exception>
    public int Verify(int block)
    {
        (long offset, int length) = Place(block);
        ReadChecked(_file, Path, Info.Id, offset, length);
        return length;
    }

    public void Close() => _file.Dispose();

    private static byte[] ReadChecked(IStoreFile file, string path, ulong id, long offset, int length)
    {
        if (length < 4 || offset < 0 || offset + length > file.Length) throw new DamagedRunException(path, offset);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        if (file.Read(offset, bytes) != length || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(length - 4)) != RunWriter.Crc(id, offset, bytes.AsSpan(0, length - 4)))
            throw new DamagedRunException(path, offset);
        return bytes;
    }

    private static SortedRow Entry(byte[] bytes, ref int at)
    {
        int keyLength = bytes[at];
        uint valueLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 1));
        int valueAt = at + 5 + keyLength;
        SortedRow row = new(bytes.AsMemory(at + 5, keyLength), bytes.AsMemory(valueAt, valueLength == 0 ? 0 : (int)valueLength - 1), valueLength == 0);
        at = valueAt + row.Value.Length;
        return row;
    }

    private byte[] Load(int block, bool keep)
    {
        if (_cache.TryGet(_cacheId, block, out byte[] bytes)) return bytes;
        (long offset, int length) = Place(block);
        bytes = ReadChecked(_file, Path, Info.Id, offset, length);
        if (keep) _cache.Add(_cacheId, block, bytes);
        return bytes;
    }

    private (long Offset, int Length) Place(int block) => (
        BinaryPrimitives.ReadInt64LittleEndian(_index.AsSpan(_items[block])), BinaryPrimitives.ReadInt32LittleEndian(_index.AsSpan(_items[block] + 8)));

    /// <summary>The last block whose first key is not above the key, or -1.</summary>
    private int BlockOf(ReadOnlySpan<byte> key)
    {
        int low = 0, high = _items.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1, item = _items[middle];
            if (_index.AsSpan(item + 13, _index[item + 12]).SequenceCompareTo(key) <= 0) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
