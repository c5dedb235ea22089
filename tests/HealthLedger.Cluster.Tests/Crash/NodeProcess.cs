using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace HealthLedger.Cluster.Tests.Crash;

/// <summary>The node's executable as a process of its own, always at the same address, killed as <c>kill -9</c> does.</summary>
internal sealed class NodeProcess(string folder) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private Process? _process;

    /// <summary>Where its doors are.</summary>
    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}/");

    /// <summary>The node's assembly beside the tests' own, of the same configuration.</summary>
    private static string Assembly
    {
        get
        {
            DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(own.Parent!.Parent!.FullName, "HealthLedger.Node", own.Name, "HealthLedger.Node.dll");
        }
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public async Task StartAsync()
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { Assembly, "--data", folder, "--url", Address.AbsoluteUri },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> said = [];
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        Task first = await Task.WhenAny(ready.Task, process.WaitForExitAsync(), Task.Delay(StartLimit));
        lock (said) (first == ready.Task).Should().BeTrue($"the node starts; it said: {string.Join('\n', said.TakeLast(20))}");

        void Take(string? line)
        {
            if (line is null) return;
            lock (said) said.Add(line);
            if (line.StartsWith("ready ", StringComparison.Ordinal)) ready.TrySetResult();
        }
    }

    /// <summary>Ends it without a chance to write anything.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public void Dispose()
    {
        if (_process is not { } process) return;
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
