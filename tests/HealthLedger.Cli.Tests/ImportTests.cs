using System.Text.Json.Nodes;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;
using HealthLedger.TestMaterial;

namespace HealthLedger.Cli.Tests;

public sealed class ImportTests
{
    [Fact]
    public async Task The_same_import_again_adds_no_entry_and_the_counts_match()
    {
        using CliWorld world = new();
        Samples.WriteBundle(world.At("a.json"), patients: 2);

        JsonNode first = await world.JsonAsync("import", world.At("a.json"), "--as", "hospital");
        long entries = world.Ledger.Entries;
        JsonNode second = await world.JsonAsync("import", world.At("*.json"), "--as", "hospital");

        first["countsMatch"]!.GetValue<bool>().Should().BeTrue();
        first["newEntries"]!.GetValue<int>().Should().Be(first["resources"]!.GetValue<int>());
        second["newEntries"]!.GetValue<int>().Should().Be(0);
        world.Ledger.Entries.Should().Be(entries);
    }

    [Fact]
    public async Task Real_Synthea_files_go_in_whole_and_what_does_not_resolve_is_reported()
    {
        string file = Directory.EnumerateFiles(SharedData.Require("fhir-synthea/stanford-2023"), "Beatris*").Single();
        using CliWorld world = new();

        JsonNode first = await world.JsonAsync("import", file, "--as", "hospital", "--report", world.At("report.ndjson"));
        JsonNode second = await world.JsonAsync("import", file, "--as", "hospital");

        first["countsMatch"]!.GetValue<bool>().Should().BeTrue();
        first["resources"]!.GetValue<int>().Should().Be(495);
        second["newEntries"]!.GetValue<int>().Should().Be(0);
        JsonNode[] reports = [.. File.ReadLines(world.At("report.ndjson")).Select(line => JsonNode.Parse(line)!)];
        reports.Should().NotBeEmpty().And.OnlyContain(line => line["file"]!.GetValue<string>() == file && line["code"]!.GetValue<string>() == "HL-6004" && line["fate"]!.GetValue<string>() == "kept");
    }

    [Fact]
    public async Task Strict_refuses_what_does_not_resolve_and_takes_the_rest()
    {
        using CliWorld world = new();
        File.WriteAllText(world.At("b.json"), """
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"fullUrl":"urn:uuid:6f1b4a2e-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","identifier":[{"system":"urn:his","value":"1"}]},"request":{"method":"POST","url":"Patient"}},
             {"fullUrl":"urn:uuid:6f1b4a2e-0000-4000-8000-000000000002","resource":{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"subject":{"reference":"urn:uuid:6f1b4a2e-0000-4000-8000-000000000001"},"participant":[{"individual":{"reference":"Practitioner?identifier=urn:npi|9"}}]},"request":{"method":"POST","url":"Encounter"}},
             {"fullUrl":"urn:uuid:6f1b4a2e-0000-4000-8000-000000000003","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-00000000dead"}},"request":{"method":"POST","url":"Observation"}}]}
            """);

        CliRun strict = await world.RunAsync("import", world.At("b.json"), "--as", "hospital", "--strict", "--json");

        strict.ExitCode.Should().Be(FaultTable.Row(FaultCode.ImportIncomplete).ExitCode);
        strict.Json["refused"]!.GetValue<int>().Should().Be(2);
        strict.Json["newEntries"]!.GetValue<int>().Should().Be(1);
        strict.Json["countsMatch"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task Lines_of_a_bulk_export_find_each_other_across_files()
    {
        using CliWorld world = new();
        Directory.CreateDirectory(world.At("bulk"));
        File.WriteAllText(world.At("bulk/Patient.ndjson"), """{"resourceType":"Patient","id":"p1"}""" + "\n");
        File.WriteAllText(world.At("bulk/Observation.ndjson"), """{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}""" + "\n\n" + "not json\n");

        CliRun run = await world.RunAsync("import", world.At("bulk"), "--as", "hospital", "--json");
        string did = (await world.JsonAsync("patient", "list", "--as", "hospital"))[0]!["did"]!.GetValue<string>();
        JsonNode read = await world.JsonAsync("read", did, "--as", "hospital");

        run.Json["newEntries"]!.GetValue<int>().Should().Be(2);
        run.Json["refused"]!.GetValue<int>().Should().Be(1);
        read["records"]!.AsArray().Select(record => record!["resource"]!["resourceType"]!.GetValue<string>()).Should().Equal("Observation", "Patient");
    }
}
