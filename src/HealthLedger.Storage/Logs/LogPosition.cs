using System.Buffers.Binary;

namespace HealthLedger.Storage.Logs;

/// <summary>A place between two batches of a log: everything before it has a sequence below <paramref name="Sequence"/>.</summary>
internal readonly record struct LogPosition(uint Segment, long Offset, ulong Sequence)
{
    public byte[] Encode()
    {
        byte[] bytes = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Segment);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(4), Offset);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(12), Sequence);
        return bytes;
    }

    public static LogPosition? Decode(ReadOnlySpan<byte> bytes) => bytes.Length != 20 ? null : new LogPosition(
        BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[12..]));
}
