using HealthLedger.Client.Export;
using HealthLedger.Client.Records;
using HealthLedger.Client.Verify;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cluster.Tests.Tampering;

/// <summary>Receipts and exports that four real members gave out, changed byte by byte, held against what is behind <c>verify</c>.</summary>
public sealed class ProofTests(ITestOutputHelper output)
{
    private const int BytesBetween = 37;

    [Fact]
    public async Task Every_changed_byte_of_a_receipt_is_reported_with_its_place()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        IReadOnlyList<DepositedRecord> records = await hospital.DepositAsync(patient, 0, 9);
        OfflineVerifier verifier = new(cluster.Network.Genesis);
        foreach (DepositedRecord record in new[] { records[0], records[^1] })
        {
            byte[] receipt = TestCluster.Good(await hospital.Client.Connection.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index)).ToArray();
            TestCluster.Good(verifier.VerifyReceipt(receipt)).Event.Hash.Should().Be(record.RecordId);
            List<string> missed = [];
            Parallel.For(0, receipt.Length, i =>
            {
                byte[] changed = [.. receipt];
                changed[i] ^= (byte)(1 << (i % 8));
                if (verifier.VerifyReceipt(changed) is { IsOk: false, Fault: { IsNone: false, Message.Length: > 0 } }) return;
                lock (missed) missed.Add($"byte {i}");
            });
            missed.Should().BeEmpty();
            foreach (int length in new[] { 0, 1, receipt.Length / 2, receipt.Length - 1 }) verifier.VerifyReceipt(receipt.AsMemory(0, length)).IsOk.Should().BeFalse();
            verifier.VerifyReceipt((byte[])[.. receipt, 0]).IsOk.Should().BeFalse();
            output.WriteLine($"a receipt of {receipt.Length} bytes: every one of them");
        }
    }

    [Fact]
    public async Task Changed_bytes_of_an_export_are_reported_with_their_place()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 4);
        using MemoryStream stream = new();
        TestCluster.Good(await new PatientExporter(hospital.Client, hospital.Wallet.StewardOf(patient), hospital.Reader).WriteAsync(stream));
        byte[] file = stream.ToArray();
        OfflineVerifier verifier = new(cluster.Network.Genesis);
        TestCluster.Good(await verifier.VerifyExportAsync(new MemoryStream(file))).Records.Should().Be(4);
        // Each byte of the ends, one in 37 between: an item is checked alike wherever it stands, and its receipt byte by byte above.
        int[] places = [.. Enumerable.Range(0, file.Length).Where(i => i < 64 || i >= file.Length - 128 || i % BytesBetween == 0)];
        foreach (int i in places)
        {
            byte[] changed = [.. file];
            changed[i] ^= 0x04;
            Result<ExportSummary> verified = await verifier.VerifyExportAsync(new MemoryStream(changed));
            verified.IsOk.Should().BeFalse($"byte {i} was changed");
            verified.Fault.Message.Should().MatchRegex("^(header|entry [0-9]+|end) \\(from byte [0-9]+\\): ");
        }
        output.WriteLine($"{places.Length} of {file.Length} bytes of an export");
    }
}
