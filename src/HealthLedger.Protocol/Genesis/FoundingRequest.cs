using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// What an organization hands in to become part of a network (FORMATS.md section 5): its public keys, and as a member those of its node, certified by its
/// identity key. Nothing in it is secret. A value of this type has been verified.
/// </summary>
/// <param name="Network">The network's name.</param>
/// <param name="Member">Its node's keys and address; null for an organization that runs no node.</param>
/// <param name="Organization">The organization; of a member, under the same identity key.</param>
public sealed record FoundingRequest(string Network, Member? Member, Organization Organization)
{
    /// <summary>The first item of the file.</summary>
    public const string Version = "healthledger/request/v1";

    /// <summary>Most bytes of the file.</summary>
    public const int BytesMax = 16 * 1024;

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(1024);
        writer.WriteArrayStart(4);
        writer.WriteText(Version);
        writer.WriteText(Network);
        if (Member is null) writer.WriteNull();
        else Member.Write(writer);
        Organization.Write(writer);
        return writer.ToArray();
    }

    /// <summary>Reads and verifies one: form, and the member's certification. One verification.</summary>
    public static Result<FoundingRequest> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A request has at most {BytesMax} bytes.");
        CborReader reader = new(bytes);
        reader.ReadArrayStart(4);
        if (reader.ReadText(Version.Length) != Version) reader.Fail("The request is of a version this software does not know.", FaultCode.Unsupported);
        string network = reader.ReadNetwork();
        Member? member = reader.TryReadNull() ? null : Member.Read(ref reader);
        Organization? organization = Organization.Read(ref reader);
        if (!reader.End() || organization is null) return reader.Fault;
        if (member is not null && member.Identity.KeyId != organization.Identity.KeyId) return new Fault(FaultCode.FormatValue, "The member and its organization have different identity keys.");
        if (member is not null && !member.IsCertified(network)) return new Fault(FaultCode.SignatureInvalid, $"The keys of {member.Name} are not certified by its identity key for this network.");
        return new FoundingRequest(network, member, organization);
    }
}
