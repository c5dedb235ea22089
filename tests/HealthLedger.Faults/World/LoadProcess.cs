using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace HealthLedger.Faults.World;

/// <summary>Continuous load, a process of its own, with its file of what was acknowledged.</summary>
internal sealed class LoadProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private LoadProcess(Process process) =>
        (_process, _output, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Starts it.</summary>
    public static LoadProcess Start(CommandLine cli, string file, IEnumerable<Uri> doors, double rate) => new(Process.Start(cli.Prepare(
        ["load", "--file", file, "--rate", rate.ToString(CultureInfo.InvariantCulture), "--timeout", "2", "--json", .. doors.SelectMany(door => (string[])["--node", door.ToString()])]))!);

    /// <summary>Throws when it has ended by itself.</summary>
    public async Task MustRunAsync()
    {
        if (_process.HasExited) throw new SeriesException($"The load ended by itself: {await _output}{await _error}");
    }

    /// <summary>Ends it and returns what it counted.</summary>
    public async Task<JsonNode> EndAsync()
    {
        await Programs.MustAsync("kill", "-TERM", $"{_process.Id}");
        await _process.WaitForExitAsync();
        string output = await _output;
        return output.StartsWith('{') ? JsonNode.Parse(output)! : throw new SeriesException($"The load printed no JSON: {output}{await _error}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
