using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Consensus.Effects;
using HealthLedger.Protocol.Did;
using HealthLedger.Validator;

namespace HealthLedger.Cluster.Tests.Damage;

/// <summary>
/// One of four members' folders is ruined, while the member is down and while it runs: it is noticed and reported, the store is healed from the
/// others, the vote log is handled as PROTOCOL section 4 says, and the member never gives a wrong answer.
/// </summary>
public sealed class FolderDamageTests(ITestOutputHelper output)
{
    private const int Victim = 3, Patients = 3, Records = 24, MoreRecords = 8, Flips = 1_000;

    [Theory]
    [InlineData("emptied", false)]
    [InlineData("emptied", true)]
    [InlineData("truncated", false)]
    [InlineData("truncated", true)]
    [InlineData("flipped", false)]
    [InlineData("flipped", true)]
    [InlineData("flipped but for the votes", false)]
    [InlineData("flipped but for the votes", true)]
    [InlineData("an old copy", false)]
    [InlineData("an old copy", true)]
    public async Task A_ruined_folder_is_noticed_and_healed_and_never_gives_a_wrong_answer(string damage, bool running)
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        List<(LedgerDid Patient, IReadOnlyList<DepositedRecord> Records)> known = [];
        string old = Path.Combine(cluster.Folder, "old");
        for (int i = 0; i < Patients; i++)
        {
            LedgerDid patient = await hospital.PatientAsync($"p{i}");
            known.Add((patient, await hospital.DepositAsync(patient, i * 1_000, Records)));
            if (i > 0) continue;
            await cluster.UntilLevelAsync(0, 1, 2, 3);
            await cluster.StopAsync(Victim);
            Ruin.Copy(cluster.StoreOf(Victim), old);
            await cluster.RestartAsync(Victim);
            await cluster.UntilVotingAsync();
        }
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        using Meters meters = new(Victim);
        await using Questioner questioner = new(cluster, Victim, known);
        await Waiting.UntilAsync(() => questioner.Answers > 20, "the member answers");

        int logged = cluster.Log.Lines.Count();
        if (!running) await cluster.StopAsync(Victim);
        Damage(cluster, damage, old);
        if (!running) await cluster.RestartAsync(Victim);
        else await ScrubAsync(cluster);
        // The ledger goes on meanwhile.
        for (int i = 0; i < Patients; i++) await hospital.DepositAsync(known[i].Patient, i * 1_000 + Records, MoreRecords);

        if (running)
        {
            // What only a start reads is found by a start.
            await cluster.StopAsync(Victim);
            await cluster.RestartAsync(Victim);
        }
        await HealedAsync(cluster);

        string[] said = [.. cluster.Log.Lines.Skip(logged).Where(line => line.Contains($"ember {Victim}")).Where(IsReport)];
        ReplicaHealth health = cluster.Network.Member(Victim)!.Replica.Health;
        output.WriteLine($"metrics: {meters["healthledger.damage.found"]} found, {meters["healthledger.damage.healed"]} healed; health: {string.Join(" ", questioner.Warnings.Take(4))}");
        output.WriteLine($"log: {said.Length} lines, such as: {string.Join(" | ", said.Take(3))}");
        output.WriteLine($"modes: {string.Join(" ", health.Shards.Select(shard => shard.Mode))}; {questioner.Answers} right answers, {questioner.Refusals}");
        said.Should().NotBeEmpty("it is in the log");
        questioner.Warnings.Should().NotBeEmpty("it is in the health");
        if (damage.StartsWith("flipped", StringComparison.Ordinal) || damage == "truncated") meters["healthledger.damage.found"].Should().BePositive("it is counted");
        AssertVotes(damage, running, health);
        await questioner.AssertNeverWrongAsync();
        await AssertWholeAsync(cluster, known);
    }

    private static void Damage(TestCluster cluster, string damage, string old)
    {
        string store = cluster.StoreOf(Victim);
        Random random = new(20261120);
        switch (damage)
        {
            case "emptied": Ruin.Empty(store); break;
            case "truncated": Ruin.Truncate(store, random); break;
            case "flipped": Ruin.Flip(store, random, Flips); break;
            case "flipped but for the votes": Ruin.Flip(store, random, Flips, "votes"); break;
            default: Ruin.Copy(old, store); break;
        }
    }

    /// <summary>
    /// Rule 9: with a sound vote log it votes again; with one that is lost, or older than what it signed, it follows. While it runs it has its votes in
    /// memory, and writes them again where both files are damaged.
    /// </summary>
    private static void AssertVotes(string damage, bool running, ReplicaHealth health)
    {
        if (damage == "flipped but for the votes" || (running && damage != "emptied")) health.IsVoting.Should().BeTrue();
        else health.Shards.Should().Contain(shard => shard.Mode == ReplicaMode.Following);
    }

    private static async Task ScrubAsync(TestCluster cluster)
    {
        if (cluster.Network.Member(Victim) is not { } up) return;
        try
        {
            await up.Replica.ScrubAsync();
        }
        catch (Exception end) when (end is ObjectDisposedException or OperationCanceledException or IOException)
        {
            // Damaged rows end the replica, which starts itself anew; after other ends it is the operator who starts it.
            if (up.Replica.WantsRestart) await Waiting.UntilAsync(() => cluster.Network.Member(Victim) is { } again && again != up, "the member is up again");
        }
    }

    // Reads everything again until there is nothing left to heal and the members are level.
    private static async Task HealedAsync(TestCluster cluster)
    {
        await Waiting.UntilAsync(async () =>
        {
            await ScrubAsync(cluster);
            return cluster.Network.Member(Victim) is { } up && up.Replica.Health is { Failure: null, DamageOpen: 0 } && Enumerable.Range(0, cluster.Network.Genesis.Shards + 1)
                .All(shard => up.Replica.TipOf(shard).Info.Hash == cluster.Network.Member(0)!.Replica.TipOf(shard).Info.Hash);
        }, "everything is healed");
    }

    private static bool IsReport(string line) =>
        line.Contains("damage") || line.Contains("both files of the vote log") || line.Contains("mode Following") || line.Contains("rows are damaged") || line.Contains("looks at every block");

    private static async Task AssertWholeAsync(TestCluster cluster, List<(LedgerDid Patient, IReadOnlyList<DepositedRecord> Records)> known)
    {
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        for (int shard = 0; shard <= cluster.Network.Genesis.Shards; shard++) cluster.Fingerprint(Victim, shard).Should().Be(cluster.Fingerprint(0, shard), $"shard {shard} is whole");
        Seat atVictim = await cluster.SeatAsync(Victim, cluster.Hospital);
        foreach ((LedgerDid patient, _) in known) TestCluster.Good(await atVictim.Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(Records + MoreRecords);
    }
}
