using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Genesis;

public class GenesisTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(3, 0, 2)]
    [InlineData(4, 1, 3)]
    [InlineData(6, 1, 4)]
    [InlineData(13, 4, 9)]
    public void A_genesis_reads_back_with_its_quorum(int members, int f, int q)
    {
        GenesisFile built = Samples.Genesis(members);
        GenesisFile read = GenesisFile.Decode(built.Bytes).Value;
        (read.Hash, read.Network, read.Time, read.Shards).Should().Be((built.Hash, Samples.Network, Samples.Time, Samples.Shards));
        (read.Configuration.N, read.Configuration.F, read.Configuration.Q, read.Configuration.Number, read.Configuration.RulesVersion).Should().Be((members, f, q, 0, 1));
        Organization clinic = read.Organizations.Should().ContainSingle().Subject;
        (clinic.Name, clinic.Roles, clinic.Signing.Length).Should().Be(("Clinic", OrganizationRoles.Provider | OrganizationRoles.Emergency, 1));
        read.Configuration.MemberOf(read.Configuration.ValidatorKeys[^1].KeyId).Should().Be(members - 1);
        read.Configuration.MemberOf(Samples.Hash(1)).Should().Be(-1);
        (read.Configuration.Members[0].Name, read.Configuration.Members[0].Endpoint).Should().Be(("Member 0", "127.0.0.1:7000"));
    }

    [Fact]
    public void Height_0_follows_from_the_genesis()
    {
        GenesisFile genesis = Samples.Genesis(1);
        genesis.HeaderOf(0).Parent.Should().Be(genesis.Hash);
        Enumerable.Range(0, Samples.Shards + 1).Select(shard => genesis.HeaderOf(shard).ComputeHash()).Should().OnlyHaveUniqueItems();
        genesis.Invoking(g => g.HeaderOf(Samples.Shards + 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(4, 1)]
    public void No_bit_of_a_genesis_can_change_unnoticed(int members, int bitsOfEachByte)
    {
        byte[] bytes = Samples.Genesis(members).Bytes.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < bitsOfEachByte; bit++)
            {
                byte mask = (byte)(1 << (i + bit) % 8);
                bytes[i] ^= mask;
                if (GenesisFile.Decode(bytes).IsOk) Assert.Fail($"Byte {i} was changed by {mask:x2}.");
                bytes[i] ^= mask;
            }
        }
        for (int length = 0; length < bytes.Length; length++) GenesisFile.Decode(bytes.AsMemory(0, length)).IsOk.Should().BeFalse();
        GenesisFile.Decode((byte[])[.. bytes, 0]).IsOk.Should().BeFalse();
    }

    [Fact]
    public void Every_founder_signs_once_and_in_order()
    {
        byte[] map = Builder(2).EncodeMap();
        byte[] first = GenesisBuilder.Sign(map, Samples.Signer(100)), second = GenesisBuilder.Sign(map, Samples.Signer(101));
        GenesisBuilder.Assemble(map, [first, second]).IsOk.Should().BeTrue();
        GenesisBuilder.Assemble(map, [first]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        GenesisBuilder.Assemble(map, [second, first]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        GenesisBuilder.Assemble(map, [first, first]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        GenesisBuilder.Assemble(map, [first, second, second]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        CborWriter swapped = new();
        swapped.WriteArrayStart(2);
        swapped.WriteBytes(map);
        swapped.WriteArrayStart(2);
        foreach ((int member, byte[] signature) in ((int, byte[])[])[(1, second), (0, first)])
        {
            swapped.WriteArrayStart(2);
            swapped.WriteCount(member);
            swapped.WriteSignature(signature);
        }
        GenesisFile.Decode(swapped.ToArray()).Fault.Code.Should().Be(FaultCode.CborNotCanonical);
    }

    [Fact]
    public void Keys_are_certified_for_this_network_and_by_this_identity()
    {
        Member elsewhere = Member.Certify("other-net", "Member 0", Samples.Signer(100), Samples.Signer(200).Public, Samples.Signer(300).Public, Samples.Sealer(400).Public, "here");
        new GenesisBuilder(Samples.Network, Samples.Time, 4).Add(elsewhere).Build(Samples.Signer(100)).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        elsewhere.IsCertified("other-net").Should().BeTrue();
    }

    public static TheoryData<string, Func<GenesisBuilder>, int> Wrong => new()
    {
        { "no shard", () => new GenesisBuilder(Samples.Network, 1, 0).Add(Samples.Member(0)), 1 },
        { "too many shards", () => new GenesisBuilder(Samples.Network, 1, 1025).Add(Samples.Member(0)), 1 },
        { "a name that is none", () => new GenesisBuilder("-", 1, 4).Add(Samples.Member(0)), 1 },
        { "no member", () => new GenesisBuilder(Samples.Network, 1, 4), 0 },
        { "too many members", () => Builder(14), 14 },
        { "a member twice", () => Builder(1).Add(Samples.Member(0)), 1 },
        { "a validator key twice", () => Builder(1).Add(Certify(Samples.Signer(101), Samples.Signer(200), Samples.Signer(301), Samples.Sealer(401))), 2 },
        { "a transport key twice", () => Builder(1).Add(Certify(Samples.Signer(101), Samples.Signer(201), Samples.Signer(300), Samples.Sealer(401))), 2 },
        { "a sealing key twice", () => Builder(1).Add(Certify(Samples.Signer(101), Samples.Signer(201), Samples.Signer(301), Samples.Sealer(400))), 2 },
        { "a member without a name", () => Builder(0).Add(Member.Certify(Samples.Network, "", Samples.Signer(100), Samples.Signer(200).Public, Samples.Signer(300).Public, Samples.Sealer(400).Public, "here")), 1 },
        { "an organization twice", () => Builder(1).Add(Clinic()).Add(Clinic() with { Name = "Other" }), 1 },
        { "an organization without a key", () => Builder(1).Add(Clinic() with { Signing = [] }), 1 },
        { "an organization with too many keys", () => Builder(1).Add(Clinic() with { Signing = [.. Enumerable.Range(0, 17).Select(i => Samples.Signer(i).Public)] }), 1 },
        { "an organization with a key twice", () => Builder(1).Add(Clinic() with { Signing = [Samples.Signer(1).Public, Samples.Signer(1).Public] }), 1 },
        { "an organization without a role", () => Builder(1).Add(Clinic() with { Roles = OrganizationRoles.None }), 1 },
        { "a role that is none", () => Builder(1).Add(Clinic() with { Roles = (OrganizationRoles)512 }), 1 },
        { "a name too long", () => Builder(1).Add(Clinic() with { Name = new string('n', 101) }), 1 },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_genesis_that_does_not_hold_together_is_refused(string why, Func<GenesisBuilder> builder, int members) =>
        builder().Build(Enumerable.Range(0, members).Select(i => Samples.Signer(100 + i)).ToArray()).IsOk.Should().BeFalse(why);

    private static GenesisBuilder Builder(int members)
    {
        GenesisBuilder builder = new(Samples.Network, Samples.Time, Samples.Shards);
        for (int i = 0; i < members; i++) builder.Add(Samples.Member(i));
        return builder;
    }

    private static Member Certify(SigningKey identity, SigningKey validator, SigningKey transport, SealingKey sealing) =>
        Member.Certify(Samples.Network, "Member", identity, validator.Public, transport.Public, sealing.Public, "here");

    private static Organization Clinic() => new("Clinic", Samples.Signer(7).Public, [Samples.Signer(7).Public], Samples.Sealer(7).Public, OrganizationRoles.Provider);
}
