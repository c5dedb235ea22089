using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Events;

/// <summary>200 segment.open: <c>{1: segment, 2: key, 3: objects}</c>.</summary>
public sealed record SegmentOpenBody
{
    /// <summary>An opaque random id, new under its subject.</summary>
    public required Id16 Segment { get; init; }

    /// <summary>The public key that records are sealed to.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>The private key and label, sealed to the controller.</summary>
    public required IReadOnlyList<Hash32> Objects { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<SegmentOpenBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 3);
        reader.ReadKey(1);
        Id16 segment = reader.ReadId16();
        reader.ReadKey(2);
        PublicKey? key = reader.ReadSealingKey();
        reader.ReadKey(3);
        Hash32[] objects = BodyFields.ReadHashes(ref reader, 1, BodyLimits.Objects, ascending: false);
        return reader.End() && key is not null ? new SegmentOpenBody { Segment = segment, Key = key, Objects = objects } : reader.Fault;
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
