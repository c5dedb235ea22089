using System.Text.Json.Nodes;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Tests;

public sealed class StoryTests
{
    [Fact]
    public async Task A_hospital_grants_a_clinic_reads_the_hospital_revokes_and_the_log_tells_it()
    {
        using CliWorld world = new();
        await world.JsonAsync("org", "use", "hospital");
        string bundle = Samples.WriteBundle(world.At("bundle.json"), patients: 1);
        (await world.JsonAsync("import", bundle))["countsMatch"]!.GetValue<bool>().Should().BeTrue();
        string patient = (await world.JsonAsync("patient", "list"))[0]!["did"]!.GetValue<string>();

        CliRun denied = await world.RunAsync("read", patient, "--as", "clinic", "--person", "Dr. Grey");
        string grant = (await world.JsonAsync("grant", patient, "Clin", "--segments", "all", "--days", "5"))["grant"]!.GetValue<string>();
        JsonNode read = await world.JsonAsync("read", patient, "--as", "clinic", "--type", "Observation", "--prove");
        await world.JsonAsync("revoke", patient, grant[..8]);
        CliRun after = await world.RunAsync("read", patient, "--as", "clinic", "--json");
        JsonNode log = await world.JsonAsync("log", patient);

        denied.ExitCode.Should().Be(77);
        denied.Error.Should().Contain("HL-4080").And.Contain("What to do");
        read["records"]!.AsArray().Should().NotBeEmpty().And.OnlyContain(record => record!["resource"]!["resourceType"]!.GetValue<string>() == "Observation");
        after.ExitCode.Should().Be(77);
        after.Json["fault"]!["code"]!.GetValue<string>().Should().StartWith("HL-40");
        log.AsArray().Select(line => line!["outcome"]!.GetValue<string>()).Where(outcome => outcome is "denied" or "permitted").Should().Equal("denied", "permitted", "denied");
        log.AsArray().First(line => line!["outcome"]!.GetValue<string>() == "denied")!["person"]!.GetValue<string>().Should().Be("Dr. Grey");
    }

    [Fact]
    public async Task A_patient_takes_the_identity_over_and_reads_the_own_record()
    {
        using CliWorld world = new();
        await world.JsonAsync("org", "use", "hospital");
        await world.JsonAsync("import", Samples.WriteBundle(world.At("bundle.json"), patients: 1));
        string patient = (await world.JsonAsync("patient", "list"))[0]!["id"]!.GetValue<string>();

        await world.JsonAsync("wallet", "claim", "ada", patient);
        JsonNode read = await world.JsonAsync("read", "--as", "ada");
        CliRun fhir = await world.RunAsync("read", "--as", "ada", "--fhir");

        read["authority"]!.GetValue<string>().Should().Be(FaultTable.Text(FaultCode.PermittedSelf));
        JsonNode.Parse(fhir.Out)!["entry"]!.AsArray().Count.Should().Be(read["records"]!.AsArray().Count);
        (await world.JsonAsync("wallet", "show")).AsArray().Should().HaveCount(3);
    }

    [Fact]
    public async Task A_folder_that_others_can_enter_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX permissions");
        using CliWorld world = new();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(world.Keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        CliRun run = await world.RunAsync("wallet", "show");

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.KeyFolderUnsafe).ExitCode);
        run.Error.Should().Contain("HL-8007");
    }

    [Fact]
    public async Task A_node_of_another_network_is_refused_once_a_genesis_is_pinned()
    {
        using CliWorld world = new(), other = new();
        File.Copy(other.GenesisFile, Path.Combine(world.Keys, "genesis.cbor"));

        CliRun run = await world.RunAsync("org", "list");
        CliRun named = await world.RunAsync("org", "list", "--genesis", world.Ledger.Genesis.Hash.ToString());

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.ProofInvalid).ExitCode);
        named.ExitCode.Should().Be(0);
    }
}
