using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Events;

/// <summary>102 identity.claim: <c>{1: key, 2: proof}</c>.</summary>
public sealed record ClaimBody
{
    /// <summary>The wallet's key.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>The wallet's signature for this identity; see <see cref="PossessionProof"/>.</summary>
    public required ReadOnlyMemory<byte> Proof { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<ClaimBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 2);
        reader.ReadKey(1);
        PublicKey? key = reader.ReadSigningKey();
        reader.ReadKey(2);
        byte[] proof = reader.ReadSignature().ToArray();
        return reader.End() && key is not null ? new ClaimBody { Key = key, Proof = proof } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(2);
        writer.WriteUInt(1);
        writer.WriteSigningKey(Key);
        writer.WriteUInt(2);
        writer.WriteSignature(Proof.Span);
    }
}
