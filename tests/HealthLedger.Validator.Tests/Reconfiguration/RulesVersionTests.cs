using HealthLedger.Actors.Network;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Reconfiguration;

/// <summary>The rules change for all members at one height of each shard (PROTOCOL section 5).</summary>
public sealed class RulesVersionTests
{
    [Fact]
    public async Task A_newer_version_of_the_rules_decides_above_the_stop_sign_and_the_old_one_below_it()
    {
        StandaloneOptions options = TestNetwork.Options with { Replica = new ReplicaOptions { Folder = "", Rules = RuleBook.Standard.With(new SilentRules()) } };
        await using TestNetwork test = await TestNetwork.StartAsync(4, options);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        (await NoteAsync(test, council, "before")).Should().Be(Outcome.Applied);

        await council.DecideAsync([0, 1, 2, 3], rulesVersion: 2);
        (await NoteAsync(test, council, "after")).Should().Be(Outcome.Refused(FaultCode.EventTypeUnknown));
        await load.UntilMoreAsync(10);
        await load.StopAsync();

        await test.Network.DisposeAsync();
        await test.OpenAsync(4);
        await TestNetwork.UntilAsync(() => Enumerable.Range(0, 4).All(member => test.Network.Member(member)!.Replica.Health.IsVoting), council.Describe);
        (await NoteAsync(test, council, "later")).Should().Be(Outcome.Refused(FaultCode.EventTypeUnknown));
    }

    [Fact]
    public async Task A_replica_that_lacks_the_new_version_does_not_vote_and_the_others_go_on()
    {
        StandaloneOptions options = TestNetwork.Options with { Replica = new ReplicaOptions { Folder = "", Rules = RuleBook.Standard.With(new SilentRules()) } };
        await using TestNetwork test = await TestNetwork.StartAsync(4, options);
        Council council = new(test);
        await test.Network.StopMemberAsync(3);
        await council.DecideAsync([0, 1, 2, 3], rulesVersion: 2);
        await using SteadyLoad load = new(test);

        (await test.Network.StartMemberAsync(3, options.Replica with { Rules = RuleBook.Standard })).IsOk.Should().BeTrue();
        await load.UntilMoreAsync(10);
        Replica old = test.Network.Member(3)!.Replica;
        await TestNetwork.UntilAsync(() => Enumerable.Range(1, 4).All(shard => old.TipOf(shard).Info.IsStop), council.Describe);
        old.Health.Failure.Should().BeNull();

        await test.Network.StopMemberAsync(3);
        (await test.Network.StartMemberAsync(3)).IsOk.Should().BeTrue();
        await council.UntilInForceAsync(council.Newest);
    }

    private static Task<Outcome> NoteAsync(TestNetwork test, Council council, string text)
    {
        CborWriter body = new();
        new DirectoryNoteBody { Hash = Sha256.Hash(System.Text.Encoding.UTF8.GetBytes(text)) }.Encode(body);
        return council.SayAsync(0, 1, EventType.DirectoryNote, body.ToArray(), test.Network.Organizations[0].Signing);
    }

    /// <summary>Version 1 without notes.</summary>
    private sealed class SilentRules : IRules
    {
        private readonly RulesV1 _before = new();

        public int Version => 2;

        public Outcome Apply(in Event item, in Signer signer, RuleContext context) =>
            item.Type == EventType.DirectoryNote ? Outcome.Refused(FaultCode.EventTypeUnknown) : _before.Apply(item, signer, context);
    }
}
