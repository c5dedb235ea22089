using System.Collections.Immutable;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// The bytes of a configuration after the genesis (FORMATS.md section 5): the body of the event that proposes it, and what its hash is over.
/// <code>
/// {1: version, 2: network, 3: number, 4: rulesVersion, 5: [+ member], 6: [* organization], 7: previous}
/// </code>
/// </summary>
public static class ConfigurationCodec
{
    /// <summary>The first field.</summary>
    public const string Version = "healthledger/configuration/v1";

    /// <summary>Most bytes: it is the body of an event.</summary>
    public const int BytesMax = Event.BytesMax;

    /// <summary>The largest number: bounds every history and proof.</summary>
    public const int NumberMax = 4096;

    /// <summary>Most organizations that one configuration adds, changes or withdraws.</summary>
    public const int OrganizationsMax = 64;

    /// <summary>The configuration that follows one with other members, organizations or rules; a fault where members' keys do not fit or there is too much for one event.</summary>
    /// <param name="previous">The current one.</param>
    /// <param name="rulesVersion">The version of the rules.</param>
    /// <param name="members">1 to 13, in order.</param>
    /// <param name="organizations">Those that it adds, changes or withdraws.</param>
    public static Result<Configuration> Follow(Configuration previous, int rulesVersion, ImmutableArray<Member> members, ImmutableArray<Organization> organizations)
    {
        if (members.Length is 0 or > Configuration.MembersMax) return new Fault(FaultCode.FormatLimit, $"A network has 1 to {Configuration.MembersMax} members.");
        Configuration next = new(previous.Network, previous.Number + 1, rulesVersion, members, default, previous.Hash, organizations);
        return Decode(Encode(next));
    }

    /// <summary>The encoded configuration.</summary>
    public static byte[] Encode(Configuration configuration)
    {
        CborWriter writer = new(1024 + 512 * configuration.N + 300 * configuration.Organizations.Length);
        writer.WriteMapStart(7);
        writer.WriteUInt(1);
        writer.WriteText(Version);
        writer.WriteUInt(2);
        writer.WriteText(configuration.Network);
        writer.WriteUInt(3);
        writer.WriteCount(configuration.Number);
        writer.WriteUInt(4);
        writer.WriteCount(configuration.RulesVersion);
        writer.WriteUInt(5);
        writer.WriteArrayStart(configuration.N);
        foreach (Member member in configuration.Members) member.Write(writer);
        writer.WriteUInt(6);
        writer.WriteArrayStart(configuration.Organizations.Length);
        foreach (Organization organization in configuration.Organizations) organization.Write(writer);
        writer.WriteUInt(7);
        writer.WriteHash(configuration.Previous);
        return writer.ToArray();
    }

    /// <summary>
    /// Reads a configuration: form, distinct keys, each member's certification; one verification a member. Whether it was decided, a
    /// <c>ConfigurationHistory</c> knows.
    /// </summary>
    public static Result<Configuration> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A configuration has at most {BytesMax} bytes.");
        CborReader reader = new(bytes);
        if (reader.ReadMapStart() != 7) reader.Fail("A configuration has 7 fields.");
        reader.ReadKey(1);
        if (!reader.ReadTextUtf8(Version.Length).SequenceEqual("healthledger/configuration/v1"u8)) reader.Fail("The configuration is of a version this software does not know.", FaultCode.Unsupported);
        reader.ReadKey(2);
        string network = reader.ReadNetwork();
        reader.ReadKey(3);
        int number = reader.ReadInt32(NumberMax);
        if (!reader.Failed && number == 0) reader.Fail("Configuration 0 is the genesis.", FaultCode.FormatValue);
        reader.ReadKey(4);
        int rulesVersion = reader.ReadInt32();
        reader.ReadKey(5);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > Configuration.MembersMax) reader.Fail($"A network has 1 to {Configuration.MembersMax} members.", FaultCode.FormatLimit);
        ImmutableArray<Member>.Builder members = ImmutableArray.CreateBuilder<Member>();
        for (int i = 0; i < count && !reader.Failed; i++)
            if (Member.Read(ref reader) is { } member) members.Add(member);
        reader.ReadKey(6);
        count = reader.ReadArrayStart();
        if (count > OrganizationsMax) reader.Fail($"A configuration names at most {OrganizationsMax} organizations.", FaultCode.FormatLimit);
        ImmutableArray<Organization>.Builder organizations = ImmutableArray.CreateBuilder<Organization>();
        for (int i = 0; i < count && !reader.Failed; i++)
            if (Organization.Read(ref reader, mayBeWithdrawn: true) is { } organization) organizations.Add(organization);
        reader.ReadKey(7);
        Hash32 previous = reader.ReadHash();
        if (!reader.End()) return reader.Fault;
        if ((MemberChecks.Of(network, members.ToImmutable()) ?? MemberChecks.Of(organizations.ToImmutable())) is { } unfit)
            return unfit with { Code = FaultCode.MemberKeysUnfit };
        return new Configuration(network, number, rulesVersion, members.ToImmutable(), HashOf(bytes), previous, organizations.ToImmutable());
    }

    /// <summary>The hash by which a configuration is approved and followed: one hash.</summary>
    public static Hash32 HashOf(ReadOnlySpan<byte> bytes) => Sha256.Hash(Domains.Configuration, bytes);
}
