using System.Text.Json.Nodes;
using HealthLedger.Cli.Tests.World;

namespace HealthLedger.Cli.Tests;

public sealed class ConfigurationTests
{
    [Fact]
    public async Task A_member_reads_what_is_in_force_tries_a_change_and_proposes_it_with_its_identity_key()
    {
        using CliWorld world = new();
        JsonNode shown = await world.JsonAsync("admin", "configuration", "show");
        (shown["number"]!.GetValue<int>(), shown["members"]!.AsArray().Count, shown["proposals"]!.AsArray().Count).Should().Be((0, 1, 0));
        JsonNode made = await world.JsonAsync("network", "init", "--network", "cli-test", "--name", "Lakeside", "--endpoint", "https://lakeside.example:9443", "--folder", world.At("lakeside"));
        string request = made["request"]!.GetValue<string>();

        CliRun dry = await world.RunAsync("admin", "configuration", "propose", "--add", request, "--dry-run");
        dry.ExitCode.Should().Be(0, dry.Error);
        dry.Out.Should().Contain("Would propose").And.Contain("adds member Lakeside").And.Contain("has organization Lakeside");
        CliRun stranger = await world.RunAsync("admin", "configuration", "propose", "--add", request, "--folder", world.At("lakeside"));
        stranger.ExitCode.Should().NotBe(0);
        JsonNode proposed = await world.JsonAsync("admin", "configuration", "propose", "--replace", "Member", request, "--identity", world.Identity);
        (proposed["decided"]!.GetValue<bool>(), proposed["number"]!.GetValue<int>()).Should().Be((true, 1), "in a network of one who proposes decides");
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_before_anything_is_signed()
    {
        using CliWorld world = new();
        foreach (string[] wrong in new string[][]
        {
            ["propose", "--remove", "Member", "--identity", world.Identity], ["propose", "--identity", world.Identity], ["propose", "--remove", "Nobody", "--identity", world.Identity],
            ["propose", "--add", world.At("missing.cbor"), "--identity", world.Identity], ["propose", "--rules", "1", "--identity", world.Identity], ["approve", "00000000", "--identity", world.Identity],
            ["approve", "00"],
        })
            (await world.RunAsync(["admin", "configuration", .. wrong])).ExitCode.Should().NotBe(0, string.Join(' ', wrong));
        world.Ledger.Submissions.Should().Be(0);
    }

    [Fact]
    public async Task The_configurations_are_exported_for_checks_offline()
    {
        using CliWorld world = new();
        await world.JsonAsync("admin", "configuration", "export", "--out", world.At("configurations.cbor"));
        JsonNode good = await world.JsonAsync("verify", world.At("configurations.cbor"), "--genesis", world.GenesisFile);
        good["files"]![0]!["kind"]!.GetValue<string>().Should().Be("configurations");
    }
}
