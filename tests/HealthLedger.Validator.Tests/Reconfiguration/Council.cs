using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Reconfiguration;

/// <summary>The members' people: they propose and approve who shall be members next, each with the identity key of its member.</summary>
internal sealed class Council(TestNetwork test)
{
    /// <summary>The newest configuration that a member which is up knows.</summary>
    public Configuration Newest => Up.Select(member => test.Network.Member(member)!.Replica.Book.Newest).MaxBy(each => each.Number)!;

    private IEnumerable<int> Up => Enumerable.Range(0, test.Network.Count).Where(member => test.Network.Member(member) is not null);

    /// <summary>Has the members decide who shall be members next, and waits until every shard of those that are up, old and new, is there.</summary>
    public async Task<Configuration> DecideAsync(int[] members, int? rulesVersion = null, params int[] newOrganizations)
    {
        Configuration next = await ProposeAsync(members, rulesVersion, newOrganizations);
        await UntilInForceAsync(next);
        return next;
    }

    /// <summary>Proposes, and has as many approve as it takes.</summary>
    public async Task<Configuration> ProposeAsync(int[] members, int? rulesVersion = null, params int[] newOrganizations)
    {
        Configuration current = Newest;
        Configuration next = ConfigurationCodec.Follow(
            current, rulesVersion ?? current.RulesVersion, [.. members.Select(test.Network.Certify)], [.. newOrganizations.Select(test.Network.OrganizationOf)]).Value;
        int[] seats = [.. current.Members.Select(member => Enumerable.Range(0, test.Network.Count).First(seat => test.Network.IdOf(seat) == member.Identity.KeyId))];
        await TestNetwork.UntilAsync(() => seats.Any(seat => test.Network.Member(seat)?.Replica.Health.IsVoting == true), Describe);
        int via = seats.First(seat => test.Network.Member(seat)?.Replica.Health.IsVoting == true);
        (await SayAsync(seats[0], via, EventType.ConfigurationPropose, ConfigurationCodec.Encode(next))).Kind.Should().Be(OutcomeKind.Applied);
        CborWriter approval = new();
        new ConfigurationApproveBody { Configuration = next.Hash }.Encode(approval);
        Outcome last = default;
        foreach (int seat in seats[1..current.Q]) last = await SayAsync(seat, via, EventType.ConfigurationApprove, approval.ToArray());
        if (current.Q > 1) last.Should().Be(Outcome.Decided(next.Hash));
        return next;
    }

    /// <summary>Waits until every shard of the new members, as far as they are up, votes under a configuration and has committed a block of it.</summary>
    public Task UntilInForceAsync(Configuration configuration) => TestNetwork.UntilAsync(
        () => Up.Where(member => configuration.Members.Any(each => each.Identity.KeyId == test.Network.IdOf(member)))
            .All(member => test.Network.Member(member)!.Replica is { Health.IsVoting: true, IsLevel: true } replica && Enumerable.Range(0, replica.ShardCount).All(shard => replica.TipOf(shard).Info.Config == configuration.Number)),
        () => $"configuration {configuration.Number} is in force everywhere: {Describe()}");

    /// <summary>Where everybody stands.</summary>
    public string Describe() => string.Join("; ", Up.Select(member =>
    {
        Replica replica = test.Network.Member(member)!.Replica;
        return $"{member}: knows {replica.Book.Newest.Number}, {string.Join(", ", replica.Health.Shards.Select(shard => $"{shard.Shard}: {shard.Mode} height {shard.Height} of {replica.TipOf(shard.Shard).Info.Config} epoch {shard.Epoch} leader {shard.Leader}"))} {replica.Health.Failure?.Message}";
    }));

    /// <summary>A statement of one event of the directory by a member, under its identity key where no other is given, handed in at another; its outcome.</summary>
    public async Task<Outcome> SayAsync(int seat, int via, uint type, byte[] body, SigningKey? key = null)
    {
        OrganizationKeys keys = test.Network.KeysOf(seat);
        SubmissionBuilder builder = new(test.Network.Genesis.Network, Shards.Directory, keys.Did.ToString());
        builder.Add(type, "directory", Id16.Random(RandomNumberGenerator.Create()), body).IsOk.Should().BeTrue();
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Submission submission = builder.Sign(key ?? keys.Identity, now, now + 600_000, Id16.Random(RandomNumberGenerator.Create())).Value;
        Result<CommittedStatement> committed = await test.SubmitAsync(via, submission);
        committed.Fault.Should().Be(default(Fault), Describe().Replace("{", "(").Replace("}", ")"));
        CborReader reader = new(committed.Value.Outcomes[0].Span);
        return Outcome.Read(ref reader);
    }
}
