using HealthLedger.Client.Export;
using HealthLedger.Client.Tests.World;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Client.Tests;

public sealed class ExportTests
{
    private readonly TestWorld _world = new();

    [Theory]
    [InlineData(ExportMode.Open)]
    [InlineData(ExportMode.Sealed)]
    public async Task An_export_holds_every_entry_and_verifies_offline(ExportMode mode)
    {
        (byte[] file, LedgerDid patient) = await Export(mode);
        List<ExportedEntry> entries = [];
        ExportSummary summary = (await new OfflineVerifier(_world.Ledger.Genesis).VerifyExportAsync(new MemoryStream(file), entries.Add)).Value;
        summary.Patient.Should().Be(patient);
        summary.Records.Should().Be(3);
        summary.Entries.Should().Be(entries.Count);
        summary.Signer.Should().Be(_world.Hospital.Wallet.Signing.Public.KeyId);
        if (mode == ExportMode.Open) entries.Where(entry => entry.Content is not null).Select(entry => System.Text.Encoding.UTF8.GetString(entry.Content!.Value.Span)).Should().Contain("content of r1");
    }

    [Theory]
    [InlineData(ExportMode.Open)]
    [InlineData(ExportMode.Sealed)]
    public async Task Every_changed_byte_of_an_export_is_reported_with_its_place(ExportMode mode)
    {
        (byte[] file, _) = await Export(mode);
        OfflineVerifier verifier = new(_world.Ledger.Genesis);
        // Every byte of the first items and of the end, and one in 211 between: an item's check does not depend on how many came before.
        IEnumerable<int> places = Enumerable.Range(0, file.Length).Where(i => i < 60 || i > file.Length - 120 || i % 211 == 0);
        foreach (int i in places)
        {
            byte[] changed = [.. file];
            changed[i] ^= 0x10;
            Result<ExportSummary> verified = await verifier.VerifyExportAsync(new MemoryStream(changed));
            verified.IsOk.Should().BeFalse($"byte {i} was changed");
            verified.Fault.Message.Should().MatchRegex("^(header|entry [0-9]+|end) \\(from byte [0-9]+\\): ");
        }
    }

    [Fact]
    public async Task An_export_that_is_cut_or_continued_is_refused()
    {
        (byte[] file, _) = await Export(ExportMode.Open);
        OfflineVerifier verifier = new(_world.Ledger.Genesis);
        foreach (int length in new[] { 0, 1, 100, file.Length / 2, file.Length - 1 })
            (await verifier.VerifyExportAsync(new MemoryStream(file, 0, length))).IsOk.Should().BeFalse();
        (await verifier.VerifyExportAsync(new MemoryStream([.. file, 0]))).Fault.Message.Should().StartWith("end");
    }

    [Fact]
    public async Task An_export_of_another_network_is_refused()
    {
        (byte[] file, _) = await Export(ExportMode.Open);
        (await new OfflineVerifier(new TestWorld().Ledger.Genesis).VerifyExportAsync(new MemoryStream(file))).Fault.Message.Should().StartWith("header");
    }

    [Fact]
    public async Task A_receipt_verifies_and_a_changed_one_does_not()
    {
        LedgerDid patient = await _world.StewardedAsync();
        Records.DepositedRecord record = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Value[0];
        byte[] receipt = (await _world.Ledger.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index)).Value.ToArray();
        OfflineVerifier verifier = new(_world.Ledger.Genesis);
        ReceiptFacts facts = verifier.VerifyReceipt(receipt).Value;
        facts.LeafIndex.Should().Be(record.Leaf);
        facts.Event.Hash.Should().Be(record.RecordId);
        for (int i = 0; i < receipt.Length; i++)
        {
            byte[] changed = [.. receipt];
            changed[i] ^= 1;
            verifier.VerifyReceipt(changed).IsOk.Should().BeFalse($"byte {i} was changed");
        }
    }

    private async Task<(byte[] File, LedgerDid Patient)> Export(ExportMode mode)
    {
        LedgerDid patient = await _world.StewardedAsync();
        await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r1"), TestWorld.Record("r2", "vital-signs"), TestWorld.Record("r3")]);
        PatientExporter exporter = new(_world.Client, _world.Hospital.Wallet.StewardOf(patient), _world.Hospital.Reader);
        using MemoryStream stream = new();
        Result<long> written = await exporter.WriteAsync(stream, new ExportOptions { Mode = mode });
        written.IsOk.Should().BeTrue(written.Fault.ToString());
        return (stream.ToArray(), patient);
    }
}
