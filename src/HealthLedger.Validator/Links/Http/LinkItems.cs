using System.Buffers.Binary;
using System.Numerics;

namespace HealthLedger.Validator.Links.Http;

/// <summary>What an item of a stream is.</summary>
internal enum LinkItemKind
{
    /// <summary>The stream has ended.</summary>
    End,

    /// <summary>A message.</summary>
    Message,

    /// <summary>A sign of life.</summary>
    Beat,

    /// <summary>Bytes that are no item, or too many.</summary>
    Malformed,
}

/// <summary>One item of a stream: a byte string, or a beat's number.</summary>
internal readonly record struct LinkItem(LinkItemKind Kind, ReadOnlyMemory<byte> Message = default, ulong Beat = 0);

/// <summary>Heads of the two kinds of items [RFC 8949 §3]: shortest form only.</summary>
internal static class LinkHead
{
    /// <summary>Most bytes of a head.</summary>
    public const int LengthMax = 9;

    private const int UIntMajor = 0, BytesMajor = 2;

    public static int WriteBeat(Span<byte> target, ulong number) => Write(target, UIntMajor, number);

    public static int WriteMessage(Span<byte> target, int length) => Write(target, BytesMajor, (ulong)length);

    /// <summary>Reads a head: its length; 0 where bytes are missing, -1 where it is none.</summary>
    public static int Read(ReadOnlySpan<byte> source, out bool isMessage, out ulong value)
    {
        (isMessage, value) = (false, 0);
        if (source.IsEmpty) return 0;
        int major = source[0] >> 5, info = source[0] & 31;
        if (major is not (UIntMajor or BytesMajor) || info > 27) return -1;
        isMessage = major == BytesMajor;
        if (info < 24)
        {
            value = (ulong)info;
            return 1;
        }
        int length = 1 << (info - 24);
        if (source.Length < 1 + length) return 0;
        ReadOnlySpan<byte> argument = source.Slice(1, length);
        value = length switch
        {
            1 => argument[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(argument),
            4 => BinaryPrimitives.ReadUInt32BigEndian(argument),
            _ => BinaryPrimitives.ReadUInt64BigEndian(argument),
        };
        return value >= Smallest(length) ? 1 + length : -1;
    }

    private static int Write(Span<byte> target, int major, ulong value)
    {
        int type = major << 5;
        if (value < 24)
        {
            target[0] = (byte)(type | (int)value);
            return 1;
        }
        int length = value <= byte.MaxValue ? 1 : value <= ushort.MaxValue ? 2 : value <= uint.MaxValue ? 4 : 8;
        target[0] = (byte)(type | 24 + BitOperations.Log2((uint)length));
        for (int i = 0; i < length; i++) target[1 + i] = (byte)(value >> 8 * (length - 1 - i));
        return 1 + length;
    }

    private static ulong Smallest(int length) => length switch { 1 => 24, 2 => byte.MaxValue + 1, 4 => ushort.MaxValue + 1, _ => (ulong)uint.MaxValue + 1 };
}
