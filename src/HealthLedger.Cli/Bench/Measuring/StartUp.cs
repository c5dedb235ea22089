using System.Diagnostics;
using System.Globalization;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Bench.Measuring;

/// <summary>
/// How long a network takes from the start of its process to the first commit, and what it holds in memory at rest. A process of its own, so that nothing of
/// the measurement is in the number: this program again, with the hidden command <c>bench-start</c>.
/// </summary>
internal static class StartUp
{
    /// <summary>The hidden command.</summary>
    public const string Command = "bench-start";

    /// <summary>Measures a first start, which founds the network, and a second, which continues it.</summary>
    public static async Task<Fault?> MeasureAsync(string folder, int replicas, List<BenchLine> lines, List<string> notes, CancellationToken cancel)
    {
        foreach (string start in new[] { "first start", "second start" })
        {
            Result<(double Milliseconds, double Megabytes)> measured = await OnceAsync(Path.Combine(folder, "P10"), replicas, cancel);
            if (!measured.TryGet(out (double Milliseconds, double Megabytes) values, out Fault fault)) return fault;
            lines.Add(new BenchLine("P10", $"{replicas} replicas, {start}: process start to first commit", values.Milliseconds, "ms"));
            lines.Add(new BenchLine("P10", $"{replicas} replicas, {start}: resident memory at rest", values.Megabytes, "MB"));
        }
        notes.Add("P10 is a process with the network and without HTTP doors.");
        return null;
    }

    private static async Task<Result<(double Milliseconds, double Megabytes)>> OnceAsync(string folder, int replicas, CancellationToken cancel)
    {
        string program = Environment.ProcessPath!;
        string[] arguments = [Command, folder, replicas.ToString(CultureInfo.InvariantCulture)];
        // Under `dotnet file.dll` the process is dotnet's, and the file comes first.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") arguments = [Path.Combine(AppContext.BaseDirectory, "healthledger.dll"), .. arguments];
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string line = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return line.Trim().Split(' ') is [var ms, var mb] && double.TryParse(ms, CultureInfo.InvariantCulture, out double milliseconds) && double.TryParse(mb, CultureInfo.InvariantCulture, out double megabytes)
            ? (milliseconds, megabytes)
            : new Fault(FaultCode.BenchFailed, $"The network did not start: exit code {process.ExitCode}.");
    }
}
