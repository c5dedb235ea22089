using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Validator.Links.Http;

/// <summary>What the one who connects says first: <c>[network, genesis hash, oldest version, newest version, build]</c>.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Genesis">The genesis hash.</param>
/// <param name="VersionMin">The oldest version of the link protocol that it speaks.</param>
/// <param name="VersionMax">The newest.</param>
/// <param name="Build">Its software.</param>
internal sealed record LinkHello(string Network, Hash32 Genesis, int VersionMin, int VersionMax, string Build)
{
    private const int NetworkBytesMax = 64, BuildBytesMax = 64, VersionsMax = 1 << 16;

    public byte[] Encode()
    {
        CborWriter writer = new(160);
        writer.WriteArrayStart(5);
        writer.WriteText(Network);
        writer.WriteHash(Genesis);
        writer.WriteCount(VersionMin);
        writer.WriteCount(VersionMax);
        writer.WriteText(Build);
        return writer.ToArray();
    }

    public static Result<LinkHello> Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart(5);
        string network = reader.ReadText(NetworkBytesMax);
        Hash32 genesis = reader.ReadHash();
        int min = reader.ReadInt32(VersionsMax), max = reader.ReadInt32(VersionsMax);
        string build = reader.ReadText(BuildBytesMax);
        return reader.End() ? new LinkHello(network, genesis, min, max, build) : reader.Fault;
    }

    /// <summary>The newest version that both speak, or why there is none.</summary>
    public Result<int> Meet(LinkHello other)
    {
        if (other.Genesis != Genesis) return new Fault(FaultCode.LinkNetworkOther, $"This member is of the network {Network}, the other one of {other.Network}.");
        int version = Math.Min(VersionMax, other.VersionMax);
        if (version >= VersionMin && version >= other.VersionMin) return version;
        return new Fault(FaultCode.LinkVersionNone, $"This member ({Build}) speaks versions {VersionMin} to {VersionMax} of the link protocol, the other one ({other.Build}) {other.VersionMin} to {other.VersionMax}.");
    }
}

/// <summary>The answer to a hello: <c>[version, build]</c>.</summary>
/// <param name="Version">The version of the link protocol that is spoken from here on.</param>
/// <param name="Build">The software of the one who answers.</param>
internal sealed record LinkWelcome(int Version, string Build)
{
    private const int BuildBytesMax = 64;

    public byte[] Encode()
    {
        CborWriter writer = new(80);
        writer.WriteArrayStart(2);
        writer.WriteCount(Version);
        writer.WriteText(Build);
        return writer.ToArray();
    }

    public static Result<LinkWelcome> Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart(2);
        int version = reader.ReadInt32(1 << 16);
        string build = reader.ReadText(BuildBytesMax);
        return reader.End() ? new LinkWelcome(version, build) : reader.Fault;
    }
}
