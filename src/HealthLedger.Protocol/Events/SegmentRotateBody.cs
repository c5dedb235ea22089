using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Events;

/// <summary>201 segment.rotate: <c>{1: segment, 2: key, 3: objects}</c>.</summary>
public sealed record SegmentRotateBody
{
    /// <summary>Which segment.</summary>
    public required Id16 Segment { get; init; }

    /// <summary>The key that records are sealed to from now on.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>The new private key sealed to the controller, its predecessor's sealed under the new key.</summary>
    public required IReadOnlyList<Hash32> Objects { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<SegmentRotateBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 3);
        reader.ReadKey(1);
        Id16 segment = reader.ReadId16();
        reader.ReadKey(2);
        PublicKey? key = reader.ReadSealingKey();
        reader.ReadKey(3);
        Hash32[] objects = BodyFields.ReadHashes(ref reader, 1, BodyLimits.Objects, ascending: false);
        return reader.End() && key is not null ? new SegmentRotateBody { Segment = segment, Key = key, Objects = objects } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(3);
        writer.WriteUInt(1);
        writer.WriteId16(Segment);
        writer.WriteUInt(2);
        writer.WriteSealingKey(Key);
        writer.WriteUInt(3);
        BodyFields.WriteHashes(writer, Objects);
    }
}
