using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Protocol.Exchange;

/// <summary>A configuration that is proposed and not decided, as a node shows it (FORMATS.md section 8). It is not proved: members read it before they approve.</summary>
/// <param name="Configuration">The encoded configuration; its hash is what is approved.</param>
/// <param name="Leaf">The leaf of shard 0 that proposed it first.</param>
/// <param name="Approved">The ids of the dids of those who stand behind it now.</param>
public sealed record ConfigurationProposal(ReadOnlyMemory<byte> Configuration, long Leaf, IReadOnlyList<Hash32> Approved);

/// <summary>All open proposals: at most one for each member.</summary>
/// <param name="Open">By hash, ascending.</param>
public sealed record ConfigurationProposals(IReadOnlyList<ConfigurationProposal> Open)
{
    private const int BytesMax = Genesis.Configuration.MembersMax * (ConfigurationCodec.BytesMax + 1024);

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(1024);
        writer.WriteArrayStart(Open.Count);
        foreach (ConfigurationProposal proposal in Open)
        {
            writer.WriteArrayStart(3);
            writer.WriteBytes(proposal.Configuration.Span);
            writer.WriteInt(proposal.Leaf);
            writer.WriteArrayStart(proposal.Approved.Count);
            foreach (Hash32 member in proposal.Approved) writer.WriteHash(member);
        }
        return writer.ToArray();
    }

    /// <summary>Decodes them.</summary>
    public static Result<ConfigurationProposals> Decode(ReadOnlyMemory<byte> encoded) => ExchangeCodec.Decode(encoded, BytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> whole) =>
    {
        int count = reader.ReadArrayStart();
        if (count > Genesis.Configuration.MembersMax) reader.Fail($"There are at most {Genesis.Configuration.MembersMax} proposals.", FaultCode.FormatLimit);
        List<ConfigurationProposal> open = [];
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.ReadArrayStart(3);
            byte[] configuration = reader.ReadBytesUpTo(ConfigurationCodec.BytesMax).ToArray();
            long leaf = ExchangeCodec.ReadLong(ref reader);
            open.Add(new ConfigurationProposal(configuration, leaf, reader.ReadHashes(Genesis.Configuration.MembersMax)));
        }
        return new ConfigurationProposals(open);
    });
}
