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
    public async Task A_goal_that_is_none_is_refused()
    {
        using CliWorld world = new();

        CliRun run = await world.RunAsync("bench", "P99");

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.UsageWrong).ExitCode);
        run.Error.Should().Contain("P99");
    }
}
