using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Cbor;

/// <summary>
/// Reads canonical CBOR [RFC 8949 §4.2.1] and refuses everything else: integers or lengths not in their shortest form, indefinite
/// lengths, map keys out of order or twice, lengths beyond the input, nesting (tags included) deeper than 16, floats, simple
/// values other than false, true and null, invalid UTF-8, trailing bytes. Map keys are integers, text or bytes.
/// The error is sticky: after the first one every method returns its default, so a decoder reads on and asks <see cref="End"/>
/// once. Nothing is copied or allocated, except by the methods that return a string; each byte is looked at once, each map key twice.
/// </summary>
public ref partial struct CborReader
{
    /// <summary>The deepest nesting of arrays, maps and tags.</summary>
    public const int DepthMax = 16;

    private readonly ReadOnlySpan<byte> _input;
    private Frames _frames;
    private int _position, _depth;
    private FaultCode _faultCode;
    private string? _faultMessage;
    private int _faultPosition;

    /// <summary>Starts at the first byte of <paramref name="input"/>.</summary>
    public CborReader(ReadOnlySpan<byte> input) => _input = input;

    /// <summary>True after the first error.</summary>
    public readonly bool Failed => _faultMessage is not null;

    /// <summary>The first error, with its place; the default when there is none.</summary>
    public readonly Fault Fault => Failed ? new Fault(_faultCode, $"{_faultMessage} (at byte {_faultPosition})") : default;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>What comes next, without reading it.</summary>
    public readonly CborType PeekType
    {
        get
        {
            if (Failed || _position >= _input.Length) return CborType.None;
            byte initial = _input[_position];
            return (initial >> 5) switch
            {
                0 => CborType.UnsignedInteger,
                1 => CborType.NegativeInteger,
                2 => CborType.Bytes,
                3 => CborType.Text,
                4 => CborType.Array,
                5 => CborType.Map,
                6 => CborType.Tag,
                _ => initial switch { 0xf4 or 0xf5 => CborType.Boolean, 0xf6 => CborType.Null, _ => CborType.Other },
            };
        }
    }

    /// <summary>Lets a typed decoder refuse in its own words. Only the first fault is kept.</summary>
    public void Fail(string sentence, FaultCode code = FaultCode.CborUnexpected)
    {
        if (Failed) return;
        (_faultCode, _faultMessage, _faultPosition) = (code, sentence, _position);
    }

    /// <summary>True when all was read without an error; bytes or items left over are an error.</summary>
    public bool End()
    {
        if (!Failed && _depth != 0) Fail("An array or map is not complete.", FaultCode.CborMalformed);
        if (!Failed && _position != _input.Length) Fail("Bytes follow the last item.", FaultCode.CborMalformed);
        return !Failed;
    }

    /// <summary>An integer from 0 to 2^64 - 1.</summary>
    public ulong ReadUInt()
    {
        int start = _position;
        ulong value = ReadHead(0, "an unsigned integer");
        Complete(start);
        return Failed ? 0 : value;
    }

    /// <summary>An integer from 0 to <paramref name="maximum"/>; a larger one is refused.</summary>
    public ulong ReadUInt(ulong maximum)
    {
        ulong value = ReadUInt();
        if (value <= maximum) return value;
        Fail($"The integer is above {maximum}.", FaultCode.FormatValue);
        return 0;
    }

    /// <summary>An integer from 0 to <paramref name="maximum"/>, as an int.</summary>
    public int ReadInt32(int maximum = int.MaxValue) => (int)ReadUInt((ulong)maximum);

    /// <summary>An integer from -2^63 to 2^63 - 1; others are refused.</summary>
    public long ReadInt()
    {
        int start = _position;
        bool negative = PeekType == CborType.NegativeInteger;
        ulong value = ReadHead(negative ? 1 : 0, "an integer");
        if (value > long.MaxValue) Fail("The integer does not fit 64 bits with a sign.", FaultCode.FormatValue);
        Complete(start);
        return Failed ? 0 : negative ? -1 - (long)value : (long)value;
    }

    /// <summary>A byte string, in place.</summary>
    public ReadOnlySpan<byte> ReadBytes() => ReadString(2, "a byte string");

    /// <summary>A byte string of exactly so many bytes, in place.</summary>
    public ReadOnlySpan<byte> ReadBytes(int exactLength)
    {
        ReadOnlySpan<byte> bytes = ReadBytes();
        if (Failed || bytes.Length == exactLength) return bytes;
        Fail($"The byte string has {bytes.Length} bytes instead of {exactLength}.", FaultCode.FormatValue);
        return default;
    }

    /// <summary>A byte string of at most so many bytes, in place.</summary>
    public ReadOnlySpan<byte> ReadBytesUpTo(int maxLength)
    {
        ReadOnlySpan<byte> bytes = ReadBytes();
        if (Failed || bytes.Length <= maxLength) return bytes;
        Fail($"The byte string is longer than {maxLength} bytes.", FaultCode.FormatLimit);
        return default;
    }

    /// <summary>A byte string of 32 bytes.</summary>
    public Hash32 ReadHash()
    {
        ReadOnlySpan<byte> bytes = ReadBytes(Hash32.Length);
        return Failed ? default : new Hash32(bytes);
    }

    /// <summary>A text of at most so many bytes of UTF-8, as a new string.</summary>
    public string ReadText(int maxBytes)
    {
        ReadOnlySpan<byte> utf8 = ReadTextUtf8(maxBytes);
        return utf8.IsEmpty ? "" : Encoding.UTF8.GetString(utf8);
    }

    /// <summary>A text of at most so many bytes of UTF-8, in place.</summary>
    public ReadOnlySpan<byte> ReadTextUtf8(int maxBytes)
    {
        ReadOnlySpan<byte> utf8 = ReadString(3, "a text");
        if (utf8.Length <= maxBytes) return utf8;
        Fail($"The text is longer than {maxBytes} bytes.", FaultCode.FormatLimit);
        return default;
    }

    /// <summary>False or true.</summary>
    public bool ReadBool()
    {
        int start = _position;
        if (PeekType != CborType.Boolean) FailType("a boolean");
        if (Failed) return false;
        bool value = _input[_position++] == 0xf5;
        Complete(start);
        return value;
    }

    /// <summary>Reads a null if one is next; otherwise reads nothing and is false.</summary>
    public bool TryReadNull()
    {
        if (PeekType != CborType.Null) return false;
        int start = _position++;
        Complete(start);
        return !Failed;
    }

    /// <summary>A tag that must be <paramref name="expected"/>; its content is read next.</summary>
    public void ReadTag(ulong expected)
    {
        ulong tag = ReadHead(6, $"tag {expected}");
        if (tag != expected) Fail($"Tag {expected} was expected, not {tag}.");
        Push(1, isMap: false);
    }

    /// <summary>The start of an array and the number of items in it, which is never larger than the bytes left.</summary>
    public int ReadArrayStart()
    {
        int start = _position;
        ulong count = ReadHead(4, "an array");
        if (count > (ulong)(_input.Length - _position)) Fail("The array says it is longer than the input.", FaultCode.CborMalformed);
        return Enter(start, count, isMap: false);
    }

    /// <summary>The start of an array that must have so many items.</summary>
    public void ReadArrayStart(int exactCount)
    {
        int count = ReadArrayStart();
        if (count != exactCount) Fail($"The array has {count} items instead of {exactCount}.");
    }

    /// <summary>The start of a map and the number of pairs in it, which is never larger than half the bytes left.</summary>
    public int ReadMapStart()
    {
        int start = _position;
        ulong count = ReadHead(5, "a map");
        if (count > (ulong)(_input.Length - _position) / 2) Fail("The map says it is longer than the input.", FaultCode.CborMalformed);
        return Enter(start, count, isMap: true);
    }

    /// <summary>
    /// The next integer key of the map whose pairs are counted down in <paramref name="remaining"/>; false at its end and after an
    /// error: <c>int pairs = reader.ReadMapStart(); while (reader.NextKey(ref pairs, out int key)) switch (key) { ... }</c>.
    /// </summary>
    public bool NextKey(scoped ref int remaining, out int key)
    {
        key = 0;
        if (Failed || remaining == 0) return false;
        remaining--;
        long value = ReadInt();
        if (value is < int.MinValue or > int.MaxValue) Fail("The map key is not one the format knows.");
        key = (int)value;
        return !Failed;
    }

    /// <summary>An integer key that must be <paramref name="expected"/>; for maps in which every key is required.</summary>
    public void ReadKey(int expected)
    {
        long key = ReadInt();
        if (key != expected) Fail($"Map key {expected} was expected, not {key}.");
    }

    /// <summary>One whole item, checked to be well-formed and canonical, in place.</summary>
    public ReadOnlySpan<byte> ReadEncoded()
    {
        int start = _position;
        Skip();
        return Failed ? default : _input[start.._position];
    }
}
