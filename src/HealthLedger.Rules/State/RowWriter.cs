using System.Buffers.Binary;
using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>Builds a row's value in a buffer that is used again and again. Fixed sizes, big-endian.</summary>
internal sealed class RowWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;

    /// <summary>Forgets what was written.</summary>
    public RowWriter Start()
    {
        _length = 0;
        return this;
    }

    public RowWriter U8(int value)
    {
        Take(1)[0] = checked((byte)value);
        return this;
    }

    public RowWriter U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), checked((ushort)value));
        return this;
    }

    public RowWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);
        return this;
    }

    public RowWriter I64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);
        return this;
    }

    public RowWriter Hash(Hash32 value)
    {
        value.CopyTo(Take(Hash32.Length));
        return this;
    }

    public RowWriter Id(Id16 value)
    {
        value.CopyTo(Take(Id16.Length));
        return this;
    }

    public RowWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Take(value.Length));
        return this;
    }

    /// <summary>The value, as an array of its own.</summary>
    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    private Span<byte> Take(int bytes)
    {
        if (_length + bytes > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_length + bytes, 2 * _buffer.Length));
        Span<byte> place = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return place;
    }
}
