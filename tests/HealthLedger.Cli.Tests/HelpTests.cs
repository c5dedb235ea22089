using System.CommandLine;
using HealthLedger.Cli.Shell;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Paths(CommandLine.Build(new GlobalOptionSet()), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself_with_examples(string path)
    {
        using CliWorld world = new();

        CliRun run = await world.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        run.ExitCode.Should().Be(0);
        run.Out.Should().Contain("Examples:").And.Contain("healthledger " + path);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_is_one_that_the_command_line_takes(string path)
    {
        RootCommand root = CommandLine.Build(new GlobalOptionSet());
        Command command = root.Parse(path).CommandResult.Command;
        foreach (string example in command is LedgerCommand ledger ? ledger.Examples : CommandLine.Examples)
            root.Parse(example.Split("  #")[0].Split(" > ")[0]).Errors.Should().BeEmpty(example);
    }

    [Fact]
    public async Task What_is_not_a_command_line_is_refused_with_a_code_and_a_way_out()
    {
        using CliWorld world = new();

        CliRun run = await world.RunAsync("grant", "4711");

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.UsageWrong).ExitCode);
        run.Error.Should().Contain("HL-8012").And.Contain("--help");
    }

    [Fact]
    public void Every_refusal_has_something_that_a_person_can_do() =>
        Enum.GetValues<FaultCode>().Where(code => code != FaultCode.None).Should().OnlyContain(code => Advice.For(code).Length > 0);

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(child => Paths(child, $"{path} {child.Name}".Trim())).Prepend(path);
}
