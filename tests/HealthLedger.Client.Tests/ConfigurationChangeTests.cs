using HealthLedger.Client.Governance;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Tests;

public sealed class ConfigurationChangeTests
{
    private const string Network = "change-test";
    private static readonly GenesisFile Genesis = Found("Alder", "Birch", "Cedar");

    [Fact]
    public void Who_is_added_comes_last_with_its_organization()
    {
        ConfigurationChange change = Change();
        change.Add(Request("Douglas")).Should().BeNull();
        Configuration next = change.Make().Value;
        next.Members.Select(member => member.Name).Should().Equal("Alder", "Birch", "Cedar", "Douglas");
        next.Organizations.Select(organization => organization.Name).Should().Equal("Douglas");
        (next.Number, next.Previous, next.RulesVersion).Should().Be((1, Genesis.Hash, 1));
    }

    [Fact]
    public void Who_is_removed_keeps_its_organization_unless_it_is_withdrawn()
    {
        ConfigurationChange change = Change();
        change.Withdraw("Birch")!.Value.Code.Should().Be(FaultCode.UsageWrong, "it is a member");
        change.Remove("birch").Should().BeNull();
        change.Make().Value.Organizations.Should().BeEmpty();
        change.Withdraw("Birch").Should().BeNull();
        change.Make().Value.Organizations.Single().IsWithdrawn.Should().BeTrue();
    }

    [Fact]
    public void Who_is_replaced_keeps_the_place_whether_another_or_the_same_with_other_keys()
    {
        ConfigurationChange change = Change();
        change.Replace("Birch", Request("Douglas")).Should().BeNull();
        change.Replace(Genesis.Configuration.Members[2].Identity.KeyId.ToString()[..8], Request("Cedar", " new")).Should().BeNull();
        Configuration next = change.Make().Value;
        next.Members.Select(member => member.Name).Should().Equal("Alder", "Douglas", "Cedar");
        next.ValidatorKeys[2].Should().Be(Key("Cedar validator new").Public);
        next.Organizations.Select(organization => organization.Name).Should().Equal(["Douglas"], "an organization that stays as it is need not be said again");
    }

    [Fact]
    public void What_makes_no_sense_is_told()
    {
        Change().Add(Request("Alder"))!.Value.Code.Should().Be(FaultCode.UsageWrong);
        Change().Remove("Nobody")!.Value.Code.Should().Be(FaultCode.NameUnknown);
        Change().Replace("Alder", Request("Birch"))!.Value.Code.Should().Be(FaultCode.UsageWrong);
        Change().Add(Request("Douglas") with { Network = "another-net" })!.Value.Code.Should().Be(FaultCode.PlaceWrong);
        ConfigurationChange stolen = Change();
        FoundingRequest thief = Request("Douglas");
        stolen.Add(thief with { Member = Member.Certify(Network, "Douglas", Key("Douglas identity"), Key("Alder validator").Public, Key("Douglas transport").Public, Key("Douglas sealing").Public, "https://d:1") }).Should().BeNull();
        stolen.Make().Fault.Code.Should().Be(FaultCode.MemberKeysUnfit);
        ConfigurationChange empty = Change();
        foreach (string name in new[] { "Alder", "Birch" }) empty.Remove(name).Should().BeNull();
        empty.Remove("Cedar")!.Value.Code.Should().Be(FaultCode.UsageWrong);
    }

    private static ConfigurationChange Change() => new(Genesis.Configuration, Genesis.Organizations);

    private static SigningKey Key(string name) => SigningKey.FromSeed(Sha256.Hash(System.Text.Encoding.UTF8.GetBytes(name)).Bytes);

    private static FoundingRequest Request(string name, string keys = "") => new(Network,
        Member.Certify(Network, name, Key($"{name} identity"), Key($"{name} validator{keys}").Public, Key($"{name} transport").Public, Key($"{name} sealing").Public, $"https://{name.ToLowerInvariant()}:1"),
        new Organization(name, Key($"{name} identity").Public, [Key($"{name} signing").Public], Key($"{name} sealing").Public, OrganizationRoles.Provider));

    private static GenesisFile Found(params string[] names)
    {
        GenesisBuilder builder = new(Network, 1_800_000_000_000, shards: 4);
        foreach (string name in names) builder.Add(Request(name).Member!).Add(Request(name).Organization);
        return builder.Build([.. names.Select(name => Key($"{name} identity"))]).Value;
    }
}
