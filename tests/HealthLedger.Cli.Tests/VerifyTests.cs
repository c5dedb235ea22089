using System.Text.Json.Nodes;
using HealthLedger.Cli.Commands.Proofs;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Tests;

public sealed class VerifyTests
{
    private static readonly ConfigurationHistory Genesis = ConfigurationHistory.From(GenesisFile.Decode(Vector("genesis")).Value);

    [Theory]
    [InlineData("receipt")]
    [InlineData("receipt-withheld")]
    [InlineData("global-receipt")]
    [InlineData("receipt-across")]
    [InlineData("global-receipt-across")]
    [InlineData("configuration-history")]
    [InlineData("genesis")]
    [InlineData("block")]
    public void A_file_of_the_vectors_holds_and_no_byte_of_it_can_be_changed_unseen(string name)
    {
        byte[] good = Vector(name);
        FileVerifier.Verify(good, Genesis).IsOk.Should().BeTrue(name);
        Protocol.Hash32? hash = name == "block" ? Protocol.Blocks.Block.Decode(good).Value.Hash : null;

        // A proof that brings configurations is large: one byte in five of it.
        for (int at = 0; at < good.Length; at += good.Length > 8_000 ? 5 : 1)
        {
            byte[] bad = [.. good];
            bad[at] ^= 1;

            Result<VerifiedFile> result = FileVerifier.Verify(bad, Genesis, hash);

            result.IsOk.Should().BeFalse($"byte {at} of {name} was changed");
            result.Fault.Message.Should().Contain(":", $"byte {at} of {name}: the place is told");
        }
    }

    [Fact]
    public async Task An_export_and_a_receipt_from_the_ledger_hold_offline_and_a_forged_one_is_refused_with_its_place()
    {
        using CliWorld world = new();
        await world.JsonAsync("org", "use", "hospital");
        await world.JsonAsync("import", Samples.WriteBundle(world.At("a.json"), patients: 1, visits: 1));
        string patient = (await world.JsonAsync("patient", "list"))[0]!["did"]!.GetValue<string>();
        JsonNode read = await world.JsonAsync("read", patient);

        await world.JsonAsync("export", patient, world.At("record.hlx"));
        await world.JsonAsync("receipt", read["permit"]!.GetValue<string>(), "--out", world.At("receipt.cbor"));
        JsonNode good = await world.JsonAsync("verify", world.At("record.hlx"), world.At("receipt.cbor"), "--genesis", world.GenesisFile);
        byte[] bytes = File.ReadAllBytes(world.At("receipt.cbor"));
        bytes[^40] ^= 4;
        File.WriteAllBytes(world.At("forged.cbor"), bytes);
        CliRun bad = await world.RunAsync("verify", world.At("receipt.cbor"), world.At("forged.cbor"), "--genesis", world.GenesisFile);

        good["good"]!.GetValue<int>().Should().Be(2);
        good["files"]![0]!["facts"]!["records"]!.GetValue<long>().Should().BePositive();
        bad.ExitCode.Should().NotBe(0);
        bad.Out.Should().Contain("good ").And.Contain("BAD").And.Contain("signer");
    }

    [Fact]
    public async Task No_byte_of_an_export_can_be_changed_unseen()
    {
        using CliWorld world = new();
        await world.JsonAsync("org", "use", "hospital");
        await world.JsonAsync("patient", "new", "--system", "urn:his", "--id", "1");
        await world.JsonAsync("export", "1", world.At("record.hlx"));
        byte[] good = File.ReadAllBytes(world.At("record.hlx"));
        OfflineVerifier verifier = new(world.Ledger.Genesis);
        int step = Math.Max(1, good.Length / 400);

        for (int at = 0; at < good.Length; at += step)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x10;

            Result<ExportSummary> result = await verifier.VerifyExportAsync(new MemoryStream(bad));

            result.IsOk.Should().BeFalse($"byte {at} was changed");
            result.Fault.Message.Should().Contain("(from byte ");
        }
    }

    [Fact]
    public async Task A_check_without_a_genesis_says_what_is_missing()
    {
        using CliWorld world = new();
        File.WriteAllBytes(world.At("receipt.cbor"), Vector("receipt"));

        CliRun run = await world.RunAsync("verify", world.At("receipt.cbor"));

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.FileUnusable).ExitCode);
        run.Error.Should().Contain("--genesis");
    }

    private static byte[] Vector(string name) => Convert.FromHexString(JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), name + ".json")))!["bytes"]!.GetValue<string>());

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "src", "HealthLedger.Protocol", "vectors");
}
