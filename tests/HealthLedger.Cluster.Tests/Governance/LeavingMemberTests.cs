using HealthLedger.Client;
using HealthLedger.Client.Export;
using HealthLedger.Client.Governance;
using HealthLedger.Client.Records;
using HealthLedger.Client.Verify;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cluster.Tests.Governance;

/// <summary>Members change who they are by the SDK, at their own nodes; who holds the genesis file alone can check what was before and after.</summary>
public sealed class LeavingMemberTests
{
    [Fact]
    public async Task A_member_leaves_by_the_others_approvals_and_receipts_exports_and_checkpoints_hold_by_the_genesis_alone()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        DepositedRecord early = (await hospital.DepositAsync(patient, 0, 2))[^1];
        byte[] before = await ReceiptAsync(hospital, early);

        LedgerClient client = hospital.Client;
        GovernanceClient governance = new(client);
        ConfigurationChange change = new(client.Network.Configurations.Newest, client.Network.Organizations.Values);
        string leaving = cluster.Network.Genesis.Configuration.Members[3].Name;
        change.Remove(leaving).Should().BeNull();
        Configuration next = TestCluster.Good(change.Make());
        TestCluster.Good(await governance.ProposeAsync(next, Identity(cluster, 0))).Decided.Should().BeFalse();
        OpenProposal open = TestCluster.Good(await governance.ProposalsAsync()).Single();
        (open.Configuration.Hash, open.Approved.Single()).Should().Be((next.Hash, cluster.Network.Genesis.Configuration.Members[0].Name));
        TestCluster.Good(await governance.ApproveAsync(next.Hash, Identity(cluster, 1))).Decided.Should().BeFalse();
        TestCluster.Good(await governance.ApproveAsync(next.Hash, Identity(cluster, 2))).Decided.Should().BeTrue();
        await Waiting.UntilAsync(() => Enumerable.Range(0, 3).All(member => Enumerable.Range(0, cluster.Network.Genesis.Shards + 1).All(shard => cluster.Network.Member(member)!.Replica.TipOf(shard).Info.Config == 1)),
            "the configuration is in force in every shard of those who stay");

        (await governance.ProposeAsync(next, Identity(cluster, 3))).Fault.Code.Should().Be(FaultCode.MemberOnly, "who has left has no say");
        DepositedRecord late = (await hospital.DepositAsync(patient, 2, 2))[^1];
        byte[] after = await ReceiptAsync(hospital, late);
        OfflineVerifier verifier = new(GenesisFile.Decode(cluster.Network.Genesis.Bytes).Value);
        TestCluster.Good(verifier.VerifyReceipt(before)).Configuration.Number.Should().Be(0);
        ReceiptFacts proved = TestCluster.Good(verifier.VerifyReceipt(after));
        (proved.Configuration.Number, proved.Configuration.Hash).Should().Be((1, next.Hash));
        proved.Voters.Select(voter => proved.Configuration.Members[voter].Name).Should().NotContain(leaving);

        using MemoryStream stream = new();
        TestCluster.Good(await new PatientExporter(client, hospital.Wallet.StewardOf(patient), hospital.Reader).WriteAsync(stream));
        byte[] file = stream.ToArray();
        List<int> configurations = [];
        ExportSummary summary = TestCluster.Good(await verifier.VerifyExportAsync(new MemoryStream(file), entry => configurations.Add(entry.Facts.Configuration.Number)));
        summary.Records.Should().Be(4);
        configurations.Should().Contain([0, 1]);
        for (int i = 0; i < file.Length; i += 97)
        {
            byte[] changed = [.. file];
            changed[i] ^= 0x04;
            (await verifier.VerifyExportAsync(new MemoryStream(changed))).IsOk.Should().BeFalse($"byte {i} was changed");
        }

        ConfigurationHistory history = client.Network.Configurations;
        VerifiedCheckpoint? checkpoint = null;
        await Waiting.UntilAsync(async () => (await client.Connection.CheckpointAsync()).TryGet(out string? note, out _) && CheckpointVerifier.Verify(note, history).TryGet(out checkpoint, out _) && checkpoint.Config == 1,
            "those who stay cosign a checkpoint");
        checkpoint!.Members.Length.Should().BeGreaterThanOrEqualTo(next.Q);
    }

    private static SigningKey Identity(TestCluster cluster, int member) => cluster.Network.KeysOf(member).Identity;

    private static async Task<byte[]> ReceiptAsync(Seat seat, DepositedRecord record) =>
        TestCluster.Good(await seat.Client.Connection.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index)).ToArray();
}
