using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Tests.World;

/// <summary>The directory of a network of several members whose names are letters; the first is a provider too, the others nothing else.</summary>
internal sealed class Consortium
{
    public Consortium(string names = "abcd")
    {
        Names = names;
        GenesisBuilder builder = new(TestLedger.Network, TestLedger.Start - 1_000, shards: 1);
        foreach (char name in names) builder.Add(Member(name));
        builder.Add(Organization(names[0], OrganizationRoles.Provider));
        builder.Add(Organization('z', OrganizationRoles.Laboratory));
        Genesis = builder.Build([.. names.Select(name => Fake.Key($"{name} identity"))]).Value;
        Directory = new TestLedger(0, Genesis);
        Current = Genesis.Configuration;
    }

    public string Names { get; private set; }

    public GenesisFile Genesis { get; }

    public TestLedger Directory { get; }

    public Configuration Current { get; private set; }

    public DirectoryView View => new(Directory.Rows);

    public Party this[char name] => new(Genesis.DidOf(Fake.Key($"{name} identity").Public), Fake.Key($"{name} identity"), isPatient: false);

    public static Member Member(char name, string keys = "") => Protocol.Genesis.Member.Certify(TestLedger.Network, $"Member {name}", Fake.Key($"{name} identity"),
        Fake.Key($"{name} validator{keys}").Public, Fake.Key($"{name} transport").Public, Fake.Key($"{name} sealing").Public, $"{name}:1");

    public static Organization Organization(char name, OrganizationRoles roles, string keys = "") =>
        new($"Organization {name}", Fake.Key($"{name} identity").Public, [Fake.Key($"{name} signing{keys}").Public], Fake.Key($"{name} sealing").Public, roles);

    public static Organization Withdrawn(char name) => new($"Organization {name}", Fake.Key($"{name} identity").Public, [], Fake.Key($"{name} sealing").Public, OrganizationRoles.None);

    public Configuration Next(string names, params Organization[] organizations) => Next(1, names, organizations);

    public Configuration Next(int rulesVersion, string names, params Organization[] organizations) =>
        ConfigurationCodec.Follow(Current, rulesVersion, [.. names.Select(name => Member(name))], [.. organizations]).Value;

    public Outcome Propose(char member, Configuration configuration) => Directory.Apply(this[member], Draft.Propose(configuration));

    public Outcome Approve(char member, Configuration configuration) => Directory.Apply(this[member], Draft.Approve(configuration.Hash));

    /// <summary>Lets as many members as it takes decide; the height of shard 0.</summary>
    public long Decide(Configuration configuration)
    {
        Outcome last = Propose(Names[0], configuration);
        for (int i = 1; i < Current.Q; i++)
        {
            last.Should().Be(Outcome.Applied);
            last = Approve(Names[i], configuration);
        }
        last.Should().Be(Outcome.Decided(configuration.Hash));
        return Directory.Head.Height;
    }

    /// <summary>The directory's stop sign: from here on, the next configuration is in force.</summary>
    public void Stop(Configuration configuration)
    {
        long height = View.Configuration(configuration.Number)!.DecidedHeight;
        Directory.Commit(StopOf(Directory, height).Value);
        (Current, Names) = (configuration, new string([.. configuration.Members.Select(member => member.Name[^1])]));
    }

    public static Result<ExecutedBlock> StopOf(TestLedger ledger, long height, int? config = null) => BlockExecutor.BuildStop(
        ledger.Head, config ?? ledger.Head.Config, ledger.Now, ledger.DirectoryHeight, new StopItem(height), ledger.Rows, ledger.Directory, ledger.Signatures);

    /// <summary>The patients' shard, which reads this directory as of its newest height.</summary>
    public TestLedger Shard()
    {
        TestLedger shard = new(1, Genesis);
        foreach (Protocol.State.Row row in Directory.Rows.All) shard.DirectoryRows.Add(row);
        shard.ReadsDirectoryAt = Directory.Head.Height;
        return shard;
    }
}
