using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace HealthLedger.Cli.Shell;

/// <summary>The usual help, and examples below it.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        IReadOnlyList<string> examples = parseResult.CommandResult.Command switch
        {
            LedgerCommand command => command.Examples,
            RootCommand => CommandLine.Examples,
            _ => [],
        };
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (examples.Count == 0) return code;
        output.WriteLine("Examples:");
        foreach (string example in examples) output.WriteLine($"  healthledger {example}");
        output.WriteLine();
        return code;
    }
}
