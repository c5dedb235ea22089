using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>A founder's signature of a draft, as a file of its own (FORMATS.md section 5).</summary>
/// <param name="Draft">The draft's genesis hash.</param>
/// <param name="Identity">The founder's identity key.</param>
/// <param name="Signature">r then s. It is verified when the genesis is put together.</param>
public sealed record FoundingSignature(Hash32 Draft, PublicKey Identity, byte[] Signature)
{
    /// <summary>The first item of the file.</summary>
    public const string Version = "healthledger/founding-signature/v1";

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(256);
        writer.WriteArrayStart(4);
        writer.WriteText(Version);
        writer.WriteHash(Draft);
        writer.WriteSigningKey(Identity);
        writer.WriteSignature(Signature);
        return writer.ToArray();
    }

    /// <summary>Reads one.</summary>
    public static Result<FoundingSignature> Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart(4);
        if (reader.ReadText(Version.Length) != Version) reader.Fail("The signature is of a version this software does not know.", FaultCode.Unsupported);
        Hash32 draft = reader.ReadHash();
        PublicKey? identity = reader.ReadSigningKey();
        byte[] signature = reader.ReadSignature().ToArray();
        return reader.End() && identity is not null ? new FoundingSignature(draft, identity, signature) : reader.Fault;
    }
}
