using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HealthLedger.Cluster.Tests.Faults;

/// <summary>The command line as a process of its own, with a key folder of its own.</summary>
internal sealed class CommandLineProcess(string keys, Uri node)
{
    /// <summary>Starts a command line.</summary>
    public Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        start.ArgumentList.Add(Path.Combine(own.Parent!.Parent!.FullName, "HealthLedger.Cli", own.Name, "healthledger.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["HEALTHLEDGER_KEYS"] = keys;
        start.Environment["HEALTHLEDGER_PASSPHRASE"] = "of the tests";
        start.Environment["HEALTHLEDGER_NODE"] = node.ToString();
        return Process.Start(start)!;
    }

    /// <summary>Runs a command line to its end and reads the one document that <c>--json</c> prints.</summary>
    public async Task<(int ExitCode, JsonNode Json)> RunAsync(params string[] arguments) => await EndAsync(Start([.. arguments, "--json"]));

    /// <summary>Waits for the end of a command line that prints JSON.</summary>
    public static async Task<(int ExitCode, JsonNode Json)> EndAsync(Process process)
    {
        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            output.Should().StartWith("{", $"the command line prints JSON; it said: {await error}");
            return (process.ExitCode, JsonNode.Parse(output)!);
        }
    }
}
