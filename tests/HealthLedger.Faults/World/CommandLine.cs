using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HealthLedger.Faults.World;

/// <summary>The product's command line, with a key folder of its own.</summary>
internal sealed class CommandLine(string keys, CancellationToken cancel)
{
    /// <summary>A command line that is about to be started.</summary>
    public ProcessStartInfo Prepare(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Programs.Dotnet) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Programs.Cli);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["HEALTHLEDGER_KEYS"] = keys;
        start.Environment["HEALTHLEDGER_PASSPHRASE"] = "of the fault series";
        // Beside four members on a small machine the helpers are not to take their processors.
        start.Environment["DOTNET_gcServer"] = "0";
        return start;
    }

    /// <summary>Runs a command with <c>--json</c> and returns its exit code and its one document.</summary>
    public async Task<(int ExitCode, JsonNode Json)> RunAsync(params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(Prepare([.. arguments, "--json"]))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenRegistration ending = cancel.Register(static state => ((Process)state!).Kill(), process);
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        cancel.ThrowIfCancellationRequested();
        if (output is not ['{' or '[', ..]) throw new SeriesException($"healthledger {string.Join(' ', arguments)} printed no JSON: {output}{await error}");
        return (process.ExitCode, JsonNode.Parse(output)!);
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<JsonNode> MustAsync(params IEnumerable<string> arguments)
    {
        (int code, JsonNode json) = await RunAsync(arguments);
        return code == 0 ? json : throw new SeriesException($"healthledger {string.Join(' ', arguments)} failed: {json.ToJsonString()}");
    }
}
