using System.Buffers.Binary;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Logs;

/// <summary>
/// The frame around every record of a segment, padded to 8 bytes:
/// <code>
/// 0 crc u32 (bytes 4 to the end)   4 payload length u32   8 sequence u64   16 durable sequence u64   24 segment u32   28 kind u8
/// 29 zero u8   30 key length u16   32 header crc u32 (bytes 4 to 31, then the key)   36 magic u32   40 key, payload
/// </code>
/// The header's checksum holds the key too: where a payload is damaged, its name is known all the same, and a damaged name names nothing.
/// Both checksums start from the segment's random salt: a payload from outside cannot contain a frame that passes for one of ours.
/// Every record below the durable sequence was on the disk when this one was staged: so a later reader can tell damage from a
/// write that was under way when the power went.
/// </summary>
internal readonly record struct RecordFrame(byte Kind, ulong Sequence, ulong Durable, int KeyLength, int PayloadLength)
{
    public const int HeaderBytes = 40, KeyBytesMax = 255, PayloadBytesMax = 64 << 20;
    public const byte Erased = 0xFF;
    private const uint Magic = 0x31524C48;
    private const int HeaderCrcAt = 32, MagicAt = 36;

    /// <summary>Bytes of the frame without padding.</summary>
    public int Length => HeaderBytes + KeyLength + PayloadLength;

    /// <summary>Bytes the frame takes in the segment.</summary>
    public int PaddedLength => (Length + 7) & ~7;

    /// <summary>Fills the header of <paramref name="frame"/>, whose key and payload are in place.</summary>
    public void Seal(Span<byte> frame, uint segment, uint salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], (uint)PayloadLength);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[16..], Durable);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[24..], segment);
        frame[28] = Kind;
        frame[29] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(frame[30..], (ushort)KeyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[HeaderCrcAt..], HeaderCrc(frame, KeyLength, salt));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[MagicAt..], Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Crc32C.Of(frame[4..Length], salt));
    }

    /// <summary>Reads a header and key that pass their own checksum and belong to the segment.</summary>
    /// <param name="header">From the header on, with the key; what follows it is not looked at.</param>
    /// <param name="segment">The segment's id.</param>
    /// <param name="salt">The segment's salt.</param>
    /// <param name="frame">What the header says.</param>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, uint segment, uint salt, out RecordFrame frame)
    {
        frame = default;
        if (header.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(header[MagicAt..]) != Magic) return false;
        ushort key = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        if (key > KeyBytesMax || header.Length < HeaderBytes + key || BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderCrcAt..]) != HeaderCrc(header, key, salt)) return false;
        uint payload = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[24..]) != segment || payload > PayloadBytesMax) return false;
        frame = new RecordFrame(header[28], BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), key, (int)payload);
        return true;
    }

    private static uint HeaderCrc(ReadOnlySpan<byte> frame, int keyLength, uint salt) => Crc32C.Of(frame.Slice(HeaderBytes, keyLength), Crc32C.Of(frame[4..HeaderCrcAt], salt));

    /// <summary>The checksum over header, key and payload that a header promises.</summary>
    public static uint PromisedCrc(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header);

    /// <summary>True where a whole frame is there as it was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, uint segment, uint salt, out RecordFrame frame) =>
        TryReadHeader(bytes, segment, salt, out frame) && bytes.Length >= frame.Length
        && PromisedCrc(bytes) == Crc32C.Of(bytes[4..frame.Length], salt);
}
