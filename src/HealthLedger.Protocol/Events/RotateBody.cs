using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Events;

/// <summary>101 identity.rotate: <c>{1: new key, 2: proof, 3: old key id, 4: end}</c>.</summary>
public sealed record RotateBody
{
    /// <summary>The key that follows.</summary>
    public required PublicKey New { get; init; }

    /// <summary>The new key's signature for this identity; see <see cref="PossessionProof"/>.</summary>
    public required ReadOnlyMemory<byte> Proof { get; init; }

    /// <summary>The key that ends.</summary>
    public required Hash32 Old { get; init; }

    /// <summary>When it ends, in milliseconds since 1970; 0 says that it is compromised and ends at once.</summary>
    public required long End { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<RotateBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 4);
        reader.ReadKey(1);
        PublicKey? key = reader.ReadSigningKey();
        reader.ReadKey(2);
        byte[] proof = reader.ReadSignature().ToArray();
        reader.ReadKey(3);
        Hash32 old = reader.ReadHash();
        reader.ReadKey(4);
        long end = reader.ReadTime();
        return reader.End() && key is not null ? new RotateBody { New = key, Proof = proof, Old = old, End = end } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(4);
        writer.WriteUInt(1);
        writer.WriteSigningKey(New);
        writer.WriteUInt(2);
        writer.WriteSignature(Proof.Span);
        writer.WriteUInt(3);
        writer.WriteHash(Old);
        writer.WriteUInt(4);
        writer.WriteUInt((ulong)End);
    }
}
