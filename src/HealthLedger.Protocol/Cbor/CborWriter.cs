using System.Buffers.Binary;
using System.Text;

namespace HealthLedger.Protocol.Cbor;

/// <summary>
/// Writes canonical CBOR [RFC 8949 §4.2.1] into one growing buffer. Callers give map keys in ascending order of their encoding;
/// a key out of order or a wrong count is a bug of the caller and throws. Reuse one with <see cref="Reset"/>: it then allocates
/// nothing. Not safe for several threads at once.
/// </summary>
public sealed class CborWriter
{
    private readonly Frame[] _frames = new Frame[CborReader.DepthMax];
    private byte[] _buffer;
    private int _length, _depth;

    private struct Frame
    {
        public long Remaining;
        public int KeyStart, KeyEnd;
        public bool IsMap;
    }

    /// <summary>Starts with room for <paramref name="capacityBytes"/>.</summary>
    public CborWriter(int capacityBytes = 256) => _buffer = new byte[Math.Max(16, capacityBytes)];

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>What was written, valid until the next write or reset.</summary>
    /// <exception cref="InvalidOperationException">An array, map or tag is not complete.</exception>
    public ReadOnlySpan<byte> WrittenSpan
    {
        get
        {
            if (_depth != 0) throw new InvalidOperationException("An array, map or tag is not complete.");
            return _buffer.AsSpan(0, _length);
        }
    }

    /// <summary>A copy of what was written.</summary>
    /// <exception cref="InvalidOperationException">An array, map or tag is not complete.</exception>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Reset() => (_length, _depth) = (0, 0);

    /// <summary>Starts a map of so many pairs.</summary>
    public void WriteMapStart(int pairs) => Enter(5, pairs, isMap: true);

    /// <summary>Starts an array of so many items.</summary>
    public void WriteArrayStart(int items) => Enter(4, items, isMap: false);

    /// <summary>A tag; its content is written next.</summary>
    public void WriteTag(ulong tag)
    {
        RefuseAsKey();
        WriteHead(6, tag);
        Push(1, isMap: false);
    }

    /// <summary>An integer from 0 to 2^64 - 1.</summary>
    public void WriteUInt(ulong value)
    {
        int start = _length;
        WriteHead(0, value);
        Complete(start);
    }

    /// <summary>An integer from -2^63 to 2^63 - 1.</summary>
    public void WriteInt(long value)
    {
        int start = _length;
        WriteHead(value < 0 ? 1 : 0, value < 0 ? (ulong)(-1 - value) : (ulong)value);
        Complete(start);
    }

    /// <summary>A byte string.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        int start = _length;
        WriteHead(2, (ulong)bytes.Length);
        Append(bytes);
        Complete(start);
    }

    /// <summary>A hash, as a byte string of 32 bytes.</summary>
    public void WriteHash(Hash32 hash) => WriteBytes(hash.Bytes);

    /// <summary>A text.</summary>
    /// <exception cref="EncoderFallbackException">The text holds half a surrogate pair.</exception>
    public void WriteText(string text)
    {
        int start = _length;
        int bytes = StrictUtf8.GetByteCount(text);
        WriteHead(3, (ulong)bytes);
        Reserve(bytes);
        _length += StrictUtf8.GetBytes(text, _buffer.AsSpan(_length));
        Complete(start);
    }

    /// <summary>A text that is UTF-8 already.</summary>
    /// <exception cref="ArgumentException">The bytes are not valid UTF-8.</exception>
    public void WriteTextUtf8(ReadOnlySpan<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) throw new ArgumentException("The text is not valid UTF-8.", nameof(utf8));
        int start = _length;
        WriteHead(3, (ulong)utf8.Length);
        Append(utf8);
        Complete(start);
    }

    /// <summary>False or true.</summary>
    public void WriteBool(bool value) => WriteSimple(value ? (byte)0xf5 : (byte)0xf4);

    /// <summary>Null.</summary>
    public void WriteNull() => WriteSimple(0xf6);

    /// <summary>One whole item that is canonical CBOR already, for instance from <see cref="CborReader.ReadEncoded"/>.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty) throw new ArgumentException("An encoded item has at least one byte.", nameof(item));
        int start = _length;
        Append(item);
        Complete(start);
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void WriteSimple(byte initial)
    {
        RefuseAsKey();
        int start = _length;
        Reserve(1);
        _buffer[_length++] = initial;
        Complete(start);
    }

    private void WriteHead(int major, ulong value)
    {
        Reserve(9);
        Span<byte> at = _buffer.AsSpan(_length);
        int type = major << 5;
        switch (value)
        {
            case < 24:
                at[0] = (byte)(type | (int)value);
                _length += 1;
                break;
            case <= byte.MaxValue:
                at[0] = (byte)(type | 24);
                at[1] = (byte)value;
                _length += 2;
                break;
            case <= ushort.MaxValue:
                at[0] = (byte)(type | 25);
                BinaryPrimitives.WriteUInt16BigEndian(at[1..], (ushort)value);
                _length += 3;
                break;
            case <= uint.MaxValue:
                at[0] = (byte)(type | 26);
                BinaryPrimitives.WriteUInt32BigEndian(at[1..], (uint)value);
                _length += 5;
                break;
            default:
                at[0] = (byte)(type | 27);
                BinaryPrimitives.WriteUInt64BigEndian(at[1..], value);
                _length += 9;
                break;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int bytes)
    {
        int needed = checked(_length + bytes);
        if (needed > _buffer.Length) Array.Resize(ref _buffer, Math.Max(needed, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
    }

    private void Enter(int major, int count, bool isMap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RefuseAsKey();
        int start = _length;
        WriteHead(major, (ulong)count);
        if (count == 0) Complete(start);
        else Push(isMap ? 2L * count : count, isMap);
    }

    private void RefuseAsKey()
    {
        if (_depth > 0 && _frames[_depth - 1] is { IsMap: true } frame && (frame.Remaining & 1) == 0)
            throw new InvalidOperationException("A map key must be an integer, a text or bytes.");
    }

    private void Push(long items, bool isMap)
    {
        if (_depth == _frames.Length) throw new InvalidOperationException($"The nesting is deeper than {CborReader.DepthMax}.");
        _frames[_depth++] = new Frame { Remaining = items, IsMap = isMap };
    }

    private void Complete(int start)
    {
        while (_depth > 0)
        {
            ref Frame frame = ref _frames[_depth - 1];
            if (frame.IsMap && (frame.Remaining & 1) == 0)
            {
                if (frame.KeyEnd > 0 && _buffer.AsSpan(frame.KeyStart..frame.KeyEnd).SequenceCompareTo(_buffer.AsSpan(start.._length)) >= 0)
                    throw new InvalidOperationException("The map keys are not in ascending order.");
                (frame.KeyStart, frame.KeyEnd) = (start, _length);
            }
            if (--frame.Remaining > 0) return;
            _depth--;
        }
    }
}
