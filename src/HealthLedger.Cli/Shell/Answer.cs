using System.Text.Json.Nodes;
using Spectre.Console;

namespace HealthLedger.Cli.Shell;

/// <summary>What a command found out, for people and for programs.</summary>
/// <param name="Json">The one document that <c>--json</c> prints.</param>
/// <param name="Print">Prints it for people.</param>
internal sealed record Answer(JsonNode Json, Action<IAnsiConsole> Print)
{
    /// <summary>The exit code: 0 where all is well.</summary>
    public int ExitCode { get; init; }

    /// <summary>Lines of plain text and the same as JSON.</summary>
    public static Answer Of(JsonNode json, params IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        return new Answer(json, console =>
        {
            foreach (string line in all) console.WriteLine(line);
        });
    }
}
