using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// Writes a genesis. Founders who do not trust each other work apart: each certifies its keys (<see cref="Member.Certify"/>), one collects them and
/// hands <see cref="EncodeMap"/> round, each signs it with <see cref="Sign"/>, one puts the file together with <see cref="Assemble"/>.
/// </summary>
/// <param name="network">The network's name.</param>
/// <param name="time">Milliseconds since 1970.</param>
/// <param name="shards">1 to 1,024, the directory not counted.</param>
/// <param name="rulesVersion">The version of the rules.</param>
public sealed class GenesisBuilder(string network, long time, int shards, int rulesVersion = 1)
{
    private readonly List<Member> _members = [];
    private readonly List<Organization> _organizations = [];

    /// <summary>Adds a founder; the order is that of member indices.</summary>
    public GenesisBuilder Add(Member member)
    {
        _members.Add(member);
        return this;
    }

    /// <summary>Adds an organization.</summary>
    public GenesisBuilder Add(Organization organization)
    {
        _organizations.Add(organization);
        return this;
    }

    /// <summary>The map that every founder signs.</summary>
    public byte[] EncodeMap() => new GenesisMap(network, time, shards, rulesVersion, [.. _members], [.. _organizations]).Encode();

    /// <summary>A founder's signature of the map: r then s.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> map, ISigner identity)
    {
        byte[] signature = new byte[PublicKey.SignatureLength];
        identity.Sign(GenesisFile.SignedBytes(map), signature);
        return signature;
    }

    /// <summary>The file of a map and its founders' signatures, by member index, verified whole.</summary>
    public static Result<GenesisFile> Assemble(ReadOnlySpan<byte> map, IReadOnlyList<byte[]> signatures)
    {
        CborWriter writer = new(map.Length + 80 * signatures.Count + 16);
        writer.WriteArrayStart(2);
        writer.WriteBytes(map);
        writer.WriteArrayStart(signatures.Count);
        for (int i = 0; i < signatures.Count; i++)
        {
            writer.WriteArrayStart(2);
            writer.WriteCount(i);
            writer.WriteSignature(signatures[i]);
        }
        return GenesisFile.Decode(writer.ToArray());
    }

    /// <summary>Signs with every founder's identity key, by member index, and puts the file together: for one who holds them all.</summary>
    public Result<GenesisFile> Build(params IReadOnlyList<ISigner> identities)
    {
        byte[] map = EncodeMap();
        return Assemble(map, [.. identities.Select(identity => Sign(map, identity))]);
    }
}
