using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cluster.Tests.Damage;

public sealed class NothingElseTests
{
    [Fact]
    public async Task With_all_but_the_replicas_folders_and_the_keys_deleted_nothing_is_lost()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        IReadOnlyList<DepositedRecord> records = await hospital.DepositAsync(patient, 0, 20);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 3_600_000)));
        List<LogEntry> before = await hospital.LogAsync(patient);
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        await cluster.CrashAsync();

        string[] kept = ["store", "keys"];
        foreach (string file in Directory.EnumerateFiles(cluster.Folder, "*", SearchOption.AllDirectories))
        {
            string[] parts = Path.GetRelativePath(cluster.Folder, file).Split(Path.DirectorySeparatorChar);
            if (parts is not ["genesis.cbor"] && !parts.Any(kept.Contains)) File.Delete(file);
        }
        await cluster.OpenAsync();
        await cluster.UntilVotingAsync();

        // Clients with no memory of their own, at every member.
        for (int member = 0; member < cluster.Count; member++)
        {
            Seat steward = await cluster.SeatAsync(member, cluster.Hospital), clinic = await cluster.SeatAsync(member, cluster.Clinic);
            OpenedRecords read = await Waiting.EventuallyAsync(() => clinic.Reader.ReadAsync(Seat.Access(patient)));
            read.Records.Select(record => (record.RecordId, record.Leaf)).Should().BeEquivalentTo(records.Select(record => (record.RecordId, record.Leaf)));
            read.Permit.Outcome.Grant.Should().Be(grant);
            (await steward.LogAsync(patient)).Take(before.Count).Select(entry => (entry.Leaf, Convert.ToHexString(entry.Event.Span))).Should().Equal(before.Select(entry => (entry.Leaf, Convert.ToHexString(entry.Event.Span))));
        }
    }
}
