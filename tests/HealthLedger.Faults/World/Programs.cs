using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace HealthLedger.Faults.World;

/// <summary>Other programs: where they are, run to their end.</summary>
internal static class Programs
{
    private const int PortsFrom = 18_000, PortsTo = 32_000;

    /// <summary>The .NET host.</summary>
    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>The node's assembly, of the same configuration as this program.</summary>
    public static string Node => Beside("HealthLedger.Node", "HealthLedger.Node.dll");

    /// <summary>The command line's assembly.</summary>
    public static string Cli => Beside("HealthLedger.Cli", "healthledger.dll");

    /// <summary>This program's assembly: it hosts the members that lie.</summary>
    public static string Own => Path.Combine(AppContext.BaseDirectory, "healthledger-faults.dll");

    /// <summary>A port that was free a moment ago, and not one of those that outgoing connections are given.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using TcpListener probe = new(IPAddress.Loopback, Random.Shared.Next(PortsFrom, PortsTo));
            try
            {
                probe.Start();
                return ((IPEndPoint)probe.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }
    }

    /// <summary>Runs a program and returns whether it ended with 0, and what it said.</summary>
    public static async Task<(bool Good, string Said)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode == 0, output + await error);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (false, missing.Message);
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static async Task MustAsync(string program, params string[] arguments)
    {
        (bool good, string said) = await RunAsync(program, arguments);
        if (!good) throw new SeriesException($"{program} {string.Join(' ', arguments)} failed: {said.Trim()}");
    }

    private static string Beside(string project, string assembly)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, assembly);
    }
}

/// <summary>The series cannot go on; the message says why.</summary>
internal sealed class SeriesException(string message) : Exception(message);
