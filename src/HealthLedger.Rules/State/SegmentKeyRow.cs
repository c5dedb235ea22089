using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>One key a segment has had: <c>u32 number | i64 leaf | 65 bytes point | u16 n | n x hash object</c>.</summary>
public sealed record SegmentKeyRow
{
    /// <summary>From 0, in the order of rotations.</summary>
    public required uint Number { get; init; }

    /// <summary>The leaf index of the event that brought it.</summary>
    public required long Leaf { get; init; }

    /// <summary>The uncompressed point that records are sealed to.</summary>
    public required ReadOnlyMemory<byte> Sec1 { get; init; }

    /// <summary>The vault objects that hold its private key, sealed.</summary>
    public required IReadOnlyList<Hash32> Objects { get; init; }

    internal byte[] Encode(RowWriter writer)
    {
        writer.Start().U32(Number).I64(Leaf).Bytes(Sec1.Span).U16(Objects.Count);
        foreach (Hash32 name in Objects) writer.Hash(name);
        return writer.ToArray();
    }

    internal static SegmentKeyRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        uint number = row.U32();
        long leaf = row.I64();
        byte[] sec1 = row.Bytes(65).ToArray();
        Hash32[] objects = new Hash32[row.U16()];
        for (int i = 0; i < objects.Length; i++) objects[i] = row.Hash();
        return new SegmentKeyRow { Number = number, Leaf = leaf, Sec1 = sec1, Objects = objects };
    }
}
