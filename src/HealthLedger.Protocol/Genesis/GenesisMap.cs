using System.Collections.Immutable;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>What founders sign, unsigned.</summary>
internal sealed record GenesisMap(string Network, long Time, int Shards, int RulesVersion, ImmutableArray<Member> Members, ImmutableArray<Organization> Organizations)
{
    public byte[] Encode()
    {
        CborWriter writer = new(1024 + 512 * Members.Length + 300 * Organizations.Length);
        writer.WriteMapStart(7);
        writer.WriteUInt(1);
        writer.WriteText(GenesisFile.Version);
        writer.WriteUInt(2);
        writer.WriteText(Network);
        writer.WriteUInt(3);
        writer.WriteCount(Time);
        writer.WriteUInt(4);
        writer.WriteCount(Shards);
        writer.WriteUInt(5);
        writer.WriteCount(RulesVersion);
        writer.WriteUInt(6);
        writer.WriteArrayStart(Members.Length);
        foreach (Member member in Members) member.Write(writer);
        writer.WriteUInt(7);
        writer.WriteArrayStart(Organizations.Length);
        foreach (Organization organization in Organizations) organization.Write(writer);
        return writer.ToArray();
    }

    /// <summary>Reads the map and checks all of it but the founders' signatures.</summary>
    public static Result<GenesisMap> Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        if (reader.ReadMapStart() != 7) reader.Fail("A genesis has 7 fields.");
        reader.ReadKey(1);
        if (!reader.ReadTextUtf8(GenesisFile.Version.Length).SequenceEqual("healthledger/genesis/v1"u8)) reader.Fail("The genesis is of a version this software does not know.", FaultCode.Unsupported);
        reader.ReadKey(2);
        string network = reader.ReadNetwork();
        reader.ReadKey(3);
        long time = reader.ReadTime();
        reader.ReadKey(4);
        int shards = reader.ReadInt32(Statements.Shards.CountMax);
        if (shards == 0) reader.Fail("A network has at least one shard beside the directory.", FaultCode.FormatValue);
        reader.ReadKey(5);
        int rulesVersion = reader.ReadInt32();
        reader.ReadKey(6);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > Configuration.MembersMax) reader.Fail($"A network has 1 to {Configuration.MembersMax} members.", FaultCode.FormatLimit);
        ImmutableArray<Member>.Builder members = ImmutableArray.CreateBuilder<Member>();
        for (int i = 0; i < count && !reader.Failed; i++)
            if (Member.Read(ref reader) is { } member) members.Add(member);
        reader.ReadKey(7);
        count = reader.ReadArrayStart();
        if (count > GenesisFile.OrganizationsMax) reader.Fail($"A genesis has at most {GenesisFile.OrganizationsMax} organizations.", FaultCode.FormatLimit);
        ImmutableArray<Organization>.Builder organizations = ImmutableArray.CreateBuilder<Organization>();
        for (int i = 0; i < count && !reader.Failed; i++)
            if (Organization.Read(ref reader) is { } organization) organizations.Add(organization);
        if (!reader.End()) return reader.Fault;
        GenesisMap map = new(network, time, shards, rulesVersion, members.ToImmutable(), organizations.ToImmutable());
        return (MemberChecks.Of(network, map.Members) ?? MemberChecks.Of(map.Organizations)) is { } unfit ? unfit : map;
    }
}
