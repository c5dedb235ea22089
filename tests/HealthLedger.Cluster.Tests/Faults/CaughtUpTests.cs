using HealthLedger.Client.Records;
using HealthLedger.Client.Verify;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Cluster.Tests.Faults;

public sealed class CaughtUpTests
{
    // The blocks that a member fetches come in ranges, of which only the last is certified: the first of a range lay one header too far from it.
    [Fact]
    public async Task A_member_that_was_away_for_a_hundred_blocks_gives_a_receipt_for_every_entry_of_them()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        await cluster.KillAsync(3);
        List<DepositedRecord> records = [];
        for (int i = 0; i < 100; i++) records.AddRange(await hospital.DepositAsync(patient, i, 1));
        await cluster.RestartAsync(3);
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        await cluster.UntilVotingAsync();

        OfflineVerifier verifier = new(cluster.Network.Genesis);
        foreach (DepositedRecord record in records)
        {
            ReadOnlyMemory<byte> receipt = await Waiting.EventuallyAsync(async () => await (await cluster.NodeAsync(3))!.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index));
            TestCluster.Good(verifier.VerifyReceipt(receipt)).LeafIndex.Should().Be(record.Leaf);
        }
    }

    // Statements that wait without a quorum were shared before two members came back; those that lead then have never been sent their ciphertexts.
    [Fact]
    public async Task A_member_that_comes_back_and_leads_has_the_ciphertexts_of_what_it_proposes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(2, cluster.Hospital);
        LedgerDid[] patients = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => hospital.PatientAsync($"p{i}")));
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        await Task.WhenAll(cluster.KillAsync(0), cluster.KillAsync(1));
        Task<IReadOnlyList<DepositedRecord>>[] waiting = [.. patients.Select((patient, i) => hospital.DepositAsync(patient, 10 * i, 2))];
        await Waiting.UntilAsync(async () => (await cluster.NodeAsync(2))!.Health().Shards.Sum(shard => shard.Waiting) >= patients.Length, "all statements wait");
        await Task.WhenAll(cluster.RestartAsync(0), cluster.RestartAsync(1));
        foreach (Task<IReadOnlyList<DepositedRecord>> each in waiting) await each.WaitAsync(TimeSpan.FromSeconds(60));
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        await cluster.UntilVotingAsync();

        for (int member = 0; member < cluster.Count; member++)
        {
            Seat there = await cluster.SeatAsync(member, cluster.Hospital);
            foreach (LedgerDid patient in patients)
                (await Waiting.EventuallyAsync(() => there.Reader.ReadAsync(Seat.Access(patient)))).Records.Should().HaveCount(2, $"member {member} has the records of its own");
        }
    }
}
