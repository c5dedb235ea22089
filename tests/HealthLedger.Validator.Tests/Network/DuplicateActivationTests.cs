using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Tests.Network;

/// <summary>Two activations of one shard actor, as a cluster may have for a while: epochs and leader ids fence them, never placement.</summary>
public sealed class DuplicateActivationTests
{
    [Fact]
    public async Task Two_activations_of_one_shard_actor_lose_and_double_nothing()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        (await test.SubmitAsync(0, test.NewPatients(test.Network.Organizations[0], 1))).IsOk.Should().BeTrue();
        int leader = test.Network.Member(0)!.Replica.LeaderOf(1);
        LedgerShardActor first = test.Network.Member(leader)!.Shard(1);
        using RandomNumberGenerator random = RandomNumberGenerator.Create();

        // The second one takes over the validator's calls while the first still believes that it leads.
        await using LedgerShardActor second = new(test.Network.Member(leader)!.Replica, 1, new LedgerShardOptions(), random);
        Submission[] load = [.. Enumerable.Range(0, 20).Select(_ => test.NewPatients(test.Network.Organizations[0], 1))];
        Task<Result<CommittedStatement>>[] both = [.. load.SelectMany(one => new[] { first.SubmitAsync(Envelope(one)), second.SubmitAsync(Envelope(one)) })];
        Result<CommittedStatement>[] answers = await Task.WhenAll(both).WaitAsync(TimeSpan.FromSeconds(30));

        answers.Should().OnlyContain(answer => answer.IsOk);
        answers.Select(answer => answer.Value.StatementLeaf).Distinct().Should().HaveCount(load.Length, "each statement stands once, whoever was asked");
        await test.UntilLevelAsync(0, 1, 2, 3);
        HashSet<Hash32> seen = [];
        Replica replica = test.Network.Member((leader + 1) % 4)!.Replica;
        for (long height = 1; height <= replica.TipOf(1).Info.Height; height++)
            foreach (CommittedStatement statement in Sharding.BlockReader.Statements(replica.Record(1, height)!, 1))
                seen.Add(statement.StatementId).Should().BeTrue("nothing is in the ledger twice");
    }

    private static SubmissionEnvelope Envelope(Submission submission) => new(submission.Encode(), []);
}
