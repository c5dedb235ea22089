using System.Text.Json.Nodes;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Tests;

public sealed class BenchTests
{
    [Fact]
    public async Task What_is_measured_is_told_with_its_bound_and_its_load()
    {
        using CliWorld world = new();

        JsonNode run = await world.JsonAsync("bench", "P1", "--seconds", "0.2", "--no-postgres", "--folder", world.At(""));

        JsonNode line = run["lines"]!.AsArray().Single(line => line!["goal"]!.GetValue<string>() == "P1")!;
        line["value"]!.GetValue<double>().Should().BePositive();
        line["bound"]!.GetValue<double>().Should().BePositive();
        run["load"]!.GetValue<string>().Should().Contain("record.add");
        Directory.EnumerateDirectories(world.At(""), "healthledger-bench-*").Should().BeEmpty();
    }

    [Fact]
    public async Task A_ledger_that_was_loaded_is_audited_whole()
    {
        using CliWorld world = new();

        JsonNode run = await world.JsonAsync("bench", "P8", "--seconds", "0.2", "--batch", "32", "--no-postgres", "--folder", world.At(""));

        run["lines"]!.AsArray().Where(line => line!["goal"]!.GetValue<string>() == "P8").Should().HaveCount(2).And.OnlyContain(line => line!["value"]!.GetValue<double>() > 0);
    }

    [Fact]
    public async Task A_goal_that_is_none_is_refused()
    {
        using CliWorld world = new();

        CliRun run = await world.RunAsync("bench", "P99");

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.UsageWrong).ExitCode);
        run.Error.Should().Contain("P99");
    }
}
