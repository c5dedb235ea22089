using System.Buffers;
using System.Buffers.Binary;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Sorted;

/// <summary>
/// Writes rows, ascending, into an immutable file:
/// <code>
/// block*    entries (key length u8, value length + 1 u32 or 0 for removed, key, value), crc u32
/// index     count u32, then for each block: offset u64, length u32, first key length u8, first key; crc u32
/// bloom     seed u64, words; crc u32
/// trailer   magic u64, id u64, rows u64, index offset u64, index length u32, bloom length u32, crc u32
/// </code>
/// Every checksum starts from the run's id and the offset, so that a block in another's place is noticed.
/// </summary>
internal sealed class RunWriter : IDisposable
{
    public const ulong Magic = 0x314E5552_4C484C48;
    public const int TrailerBytes = 44, BlockBytes = 4000;
    private const int WriteBytes = 256 << 10;
    private readonly IStoreFile _file;
    private readonly ulong _id;
    private readonly BloomFilter _bloom;
    private readonly ArrayBufferWriter<byte> _block = new(8192), _index = new(4096), _out = new(WriteBytes + 65536);
    private long _offset, _rows;
    private int _blocks;

    public RunWriter(IStoreFile file, ulong id, int rowsMax, ulong seed)
    {
        (_file, _id) = (file, id);
        _bloom = new BloomFilter(rowsMax, seed);
        _file.SetLength(0);
        _index.Advance(4);
    }

    /// <summary>The checksum of a block that starts at <paramref name="offset"/> of run <paramref name="id"/>.</summary>
    public static uint Crc(ulong id, long offset, ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(place, id);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], offset);
        return Crc32C.Of(bytes, Crc32C.Of(place));
    }

    public void Add(in SortedRow row)
    {
        ReadOnlySpan<byte> key = row.Key.Span, value = row.Value.Span;
        if (_block.WrittenCount > 0 && _block.WrittenCount + 5 + key.Length + value.Length > BlockBytes) EndBlock();
        if (_block.WrittenCount == 0) BeginBlock(key);
        Span<byte> entry = _block.GetSpan(5 + key.Length + value.Length);
        entry[0] = (byte)key.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[1..], row.IsRemoved ? 0 : (uint)value.Length + 1);
        key.CopyTo(entry[5..]);
        value.CopyTo(entry[(5 + key.Length)..]);
        _block.Advance(5 + key.Length + value.Length);
        _bloom.Add(key);
        _rows++;
    }

    /// <summary>Ends the file and flushes it.</summary>
    public RunInfo Finish(int level)
    {
        EndBlock();
        long indexOffset = Position;
        BinaryPrimitives.WriteInt32LittleEndian(IndexCount(), _blocks);
        int indexLength = Emit(_index.WrittenSpan);
        byte[] bloom = new byte[_bloom.EncodedBytes];
        _bloom.Write(bloom);
        int bloomLength = Emit(bloom);
        byte[] trailer = new byte[TrailerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(trailer, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(8), _id);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(16), _rows);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(24), indexOffset);
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(32), indexLength);
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(36), bloomLength);
        uint crc = Crc(_id, 0, trailer.AsSpan(0, 40));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(40), crc);
        _out.Write(trailer);
        WriteOut();
        _file.Flush();
        return new RunInfo(_id, level, _offset, crc);
    }

    public void Dispose() => _file.Dispose();

    private long Position => _offset + _out.WrittenCount;

    private Span<byte> IndexCount() =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(_index.WrittenMemory).Span[..4];

    private void BeginBlock(ReadOnlySpan<byte> key)
    {
        Span<byte> item = _index.GetSpan(13 + key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(item, Position);
        item[12] = (byte)key.Length;
        key.CopyTo(item[13..]);
        _lengthAt = _index.WrittenCount + 8;
        _index.Advance(13 + key.Length);
        _blocks++;
    }

    private int _lengthAt;

    private void EndBlock()
    {
        if (_block.WrittenCount == 0) return;
        Span<byte> index = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_index.WrittenMemory).Span;
        BinaryPrimitives.WriteInt32LittleEndian(index[_lengthAt..], _block.WrittenCount + 4);
        Emit(_block.WrittenSpan);
        _block.ResetWrittenCount();
        if (_out.WrittenCount >= WriteBytes) WriteOut();
    }

    private int Emit(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc(_id, Position, bytes);
        _out.Write(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(_out.GetSpan(4), crc);
        _out.Advance(4);
        return bytes.Length + 4;
    }

    private void WriteOut()
    {
        _file.Write(_offset, _out.WrittenSpan);
        _offset += _out.WrittenCount;
        _out.ResetWrittenCount();
    }
}
