using System.Text.Json;
using System.Text.Json.Nodes;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Shell;

/// <summary>Says a refusal: code, sentence, what to do. The exit code is that of the table.</summary>
internal static class FaultPrinter
{
    /// <summary>JSON as the command line prints it.</summary>
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints a fault and returns the exit code.</summary>
    public static int Print(Terminal terminal, bool json, Fault fault)
    {
        string advice = Advice.For(fault.Code);
        if (json)
        {
            terminal.Out.WriteLine(new JsonObject { ["fault"] = ToJson(fault) }.ToJsonString(Indented));
        }
        else
        {
            IAnsiConsole console = terminal.ConsoleOf(error: true);
            console.MarkupLineInterpolated($"[red]{fault.CodeText}[/]: {fault.Message}");
            if (advice.Length > 0) console.MarkupLineInterpolated($"[grey]What to do:[/] {advice}");
        }
        return FaultTable.Row(fault.Code).ExitCode;
    }

    /// <summary>A fault as JSON.</summary>
    public static JsonObject ToJson(Fault fault) => new() { ["code"] = fault.CodeText, ["message"] = fault.Message, ["advice"] = Advice.For(fault.Code) };
}
