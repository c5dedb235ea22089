using System.Buffers.Binary;

namespace HealthLedger.Protocol.Votes;

/// <summary>
/// The 16 random bytes by which one activation of a shard actor leads one epoch: two silos of one member cannot share an epoch
/// (PROTOCOL section 4). All zero means "not known".
/// </summary>
public readonly record struct LeaderId(ulong High, ulong Low)
{
    /// <summary>Bytes in an id.</summary>
    public const int Length = 16;

    /// <summary>True for the default value, which no leader uses.</summary>
    public bool IsNone => (High | Low) == 0;

    /// <summary>Reads 16 bytes, big-endian.</summary>
    public static LeaderId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes 16 bytes, big-endian.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
