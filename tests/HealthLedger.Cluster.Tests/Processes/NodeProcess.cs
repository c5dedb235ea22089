using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HealthLedger.Cluster.Tests.Processes;

/// <summary>
/// The node's executable as a process of its own, always with the same command line: started, stopped, killed as <c>kill -9</c> does, held still and let go
/// on. What it says is kept in a file.
/// </summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private const int LinesKept = 40;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90), StopLimit = TimeSpan.FromSeconds(30);

    private readonly string[] _arguments;
    private readonly string _log;
    private Process? _process;

    /// <summary>A node that is not started yet.</summary>
    /// <param name="address">Where its doors will be.</param>
    /// <param name="log">The file that keeps what it says, through every start.</param>
    /// <param name="arguments">Its command line, without the address.</param>
    public NodeProcess(Uri address, string log, params IReadOnlyList<string> arguments) =>
        (Address, _log, _arguments) = (address, log, [Assembly, .. arguments, "--url", address.AbsoluteUri]);

    /// <summary>Where its doors are.</summary>
    public Uri Address { get; }

    /// <summary>The file that keeps what it says.</summary>
    public string LogPath => _log;

    /// <summary>Its process id; null while it is down.</summary>
    public int? Id => _process?.Id;

    /// <summary>The node's assembly beside the tests' own, of the same configuration.</summary>
    public static string Assembly
    {
        get
        {
            DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(own.Parent!.Parent!.FullName, "HealthLedger.Node", own.Name, "HealthLedger.Node.dll");
        }
    }

    /// <summary>A whole standalone network in a folder.</summary>
    public static NodeProcess Standalone(string folder) => new(new Uri($"http://127.0.0.1:{FreePorts(1)[0]}/"), Path.Combine(folder, "node.log"), "--data", folder);

    /// <summary>Ports of loopback that nothing listens on.</summary>
    public static int[] FreePorts(int count)
    {
        TcpListener[] probes = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener probe in probes) probe.Start();
        int[] ports = [.. probes.Select(probe => ((IPEndPoint)probe.LocalEndpoint).Port)];
        foreach (TcpListener probe in probes) probe.Dispose();
        return ports;
    }

    /// <summary>Starts it and waits until it says that its doors are open.</summary>
    public async Task StartAsync()
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, _arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        _process = process;
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue<string> said = new();
        Directory.CreateDirectory(Path.GetDirectoryName(_log)!);
        StreamWriter log = new(new FileStream(_log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using CancellationTokenSource patience = new(StartLimit);
        Task first = await Task.WhenAny(ready.Task, process.WaitForExitAsync(patience.Token));
        lock (said) (first == ready.Task).Should().BeTrue($"the node starts; it said: {string.Join('\n', said).Replace("{", "(").Replace("}", ")")}");

        void Take(string? line)
        {
            if (line is null) return;
            lock (said)
            {
                log.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
                said.Enqueue(line);
                if (said.Count > LinesKept) said.Dequeue();
            }
            if (line.StartsWith("ready ", StringComparison.Ordinal)) ready.TrySetResult();
        }
    }

    /// <summary>Ends it without a chance to write anything.</summary>
    public async Task KillAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Asks it to end (SIGTERM) and waits for that.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Process process = Interlocked.Exchange(ref _process, null) ?? throw new InvalidOperationException("The node is down.");
        Signal(process, SignalTerminate);
        using CancellationTokenSource patience = new(StopLimit);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }

    /// <summary>Holds it still (SIGSTOP): it keeps its connections and answers nobody.</summary>
    public void Pause() => Signal(_process!, SignalStop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Signal(_process!, SignalContinue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAsync();

    private const int SignalTerminate = 15, SignalContinue = 18, SignalStop = 19;

    private static void Signal(Process process, int signal) => Kill(process.Id, signal).Should().Be(0, "the process is one of ours");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
