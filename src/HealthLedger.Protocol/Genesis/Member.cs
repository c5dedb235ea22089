using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// A founder (FORMATS.md section 5): an identity key, which may live in an HSM, and the three keys of its running node, which the identity key
/// certifies for this network.
/// </summary>
public sealed class Member
{
    /// <summary>Most bytes of a name.</summary>
    public const int NameBytesMax = 100;

    /// <summary>Most bytes of an endpoint.</summary>
    public const int EndpointBytesMax = 255;

    private Member(string name, PublicKey identity, PublicKey validator, PublicKey transport, PublicKey sealing, string endpoint, byte[] certification) =>
        (Name, Identity, Validator, Transport, Sealing, Endpoint, Certification) = (name, identity, validator, transport, sealing, endpoint, certification);

    /// <summary>What people call it, 1 to 100 bytes.</summary>
    public string Name { get; }

    /// <summary>The key that is the member.</summary>
    public PublicKey Identity { get; }

    /// <summary>The key that votes.</summary>
    public PublicKey Validator { get; }

    /// <summary>The key of its connections.</summary>
    public PublicKey Transport { get; }

    /// <summary>The key that others seal to.</summary>
    public PublicKey Sealing { get; }

    /// <summary>Where its node is reached by other members, 1 to 255 bytes.</summary>
    public string Endpoint { get; }

    /// <summary>The identity key's signature over the other three and the network: r then s.</summary>
    public ReadOnlyMemory<byte> Certification { get; }

    /// <summary>Certifies the keys of a node: one signature.</summary>
    /// <param name="network">The network they are for.</param>
    /// <param name="name">1 to 100 bytes.</param>
    /// <param name="identity">The key that certifies.</param>
    /// <param name="validator">The key that votes.</param>
    /// <param name="transport">The key of its connections.</param>
    /// <param name="sealing">The key that others seal to.</param>
    /// <param name="endpoint">1 to 255 bytes.</param>
    public static Member Certify(string network, string name, ISigner identity, PublicKey validator, PublicKey transport, PublicKey sealing, string endpoint)
    {
        byte[] signature = new byte[PublicKey.SignatureLength];
        identity.Sign(SignedBytes(network, validator, transport, sealing), signature);
        return new Member(name, identity.Public, validator, transport, sealing, endpoint, signature);
    }

    /// <summary>True when the identity key certified the others for this network: one verification.</summary>
    public bool IsCertified(string network) => Identity.Verify(SignedBytes(network, Validator, Transport, Sealing), Certification.Span);

    internal void Write(CborWriter writer)
    {
        writer.WriteMapStart(7);
        writer.WriteUInt(1);
        writer.WriteText(Name);
        writer.WriteUInt(2);
        writer.WriteSigningKey(Identity);
        writer.WriteUInt(3);
        writer.WriteSigningKey(Validator);
        writer.WriteUInt(4);
        writer.WriteSigningKey(Transport);
        writer.WriteUInt(5);
        writer.WriteSealingKey(Sealing);
        writer.WriteUInt(6);
        writer.WriteText(Endpoint);
        writer.WriteUInt(7);
        writer.WriteSignature(Certification.Span);
    }

    internal static Member? Read(ref CborReader reader)
    {
        if (reader.ReadMapStart() != 7) reader.Fail("A member has 7 fields.");
        reader.ReadKey(1);
        string name = reader.ReadText(NameBytesMax);
        reader.ReadKey(2);
        PublicKey? identity = reader.ReadSigningKey();
        reader.ReadKey(3);
        PublicKey? validator = reader.ReadSigningKey();
        reader.ReadKey(4);
        PublicKey? transport = reader.ReadSigningKey();
        reader.ReadKey(5);
        PublicKey? sealing = reader.ReadSealingKey();
        reader.ReadKey(6);
        string endpoint = reader.ReadText(EndpointBytesMax);
        reader.ReadKey(7);
        byte[] certification = reader.ReadSignature().ToArray();
        if (!reader.Failed && (name.Length == 0 || endpoint.Length == 0)) reader.Fail("A member has a name and an endpoint.", FaultCode.FormatValue);
        return reader.Failed ? null : new Member(name, identity!, validator!, transport!, sealing!, endpoint, certification);
    }

    private static byte[] SignedBytes(string network, PublicKey validator, PublicKey transport, PublicKey sealing)
    {
        CborWriter writer = new(280);
        writer.WriteArrayStart(4);
        writer.WriteText(network);
        writer.WriteSigningKey(validator);
        writer.WriteSigningKey(transport);
        writer.WriteSealingKey(sealing);
        return [.. Domains.MemberKeys, .. writer.WrittenSpan];
    }
}
