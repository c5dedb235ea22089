using System.Buffers.Binary;

namespace HealthLedger.Storage.Logs;

/// <summary>Where a record lies: its segment, the byte its frame starts at, and the frame's bytes without padding.</summary>
internal readonly record struct RecordAddress(uint Segment, uint Offset, uint Length)
{
    /// <summary>Bytes of the encoded form.</summary>
    public const int EncodedBytes = 12;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Segment);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Offset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Length);
    }

    public static RecordAddress Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadUInt32BigEndian(source[4..]), BinaryPrimitives.ReadUInt32BigEndian(source[8..]));
}
