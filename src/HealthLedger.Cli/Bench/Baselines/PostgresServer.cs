using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HealthLedger.Cli.Bench.Baselines;

/// <summary>
/// A PostgreSQL server of its own, with default durability (fsync and synchronous_commit on), in a folder that is deleted afterwards. It listens
/// on loopback only. PostgreSQL refuses to run as root, so root starts it as the user <c>postgres</c>, or <c>nobody</c>.
/// </summary>
public sealed partial class PostgresServer : IAsyncDisposable
{
    private readonly string _bin, _folder;
    private readonly string? _user;

    private PostgresServer(string bin, string folder, string? user, int port) =>
        (_bin, _folder, _user, Port) = (bin, folder, user, port);

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How to connect; the server trusts local connections and lives no longer than the benchmark.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=bench;Database=postgres;Maximum Pool Size=64;No Reset On Close=true";

    /// <summary>Where the server's programs are, or null when PostgreSQL is not installed.</summary>
    public static string? FindBinaries()
    {
        string[] folders = Directory.Exists("/usr/lib/postgresql")
            ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))]
            : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    /// <summary>Creates and starts a server below <paramref name="parent"/>, on the disk that the ledger is measured on.</summary>
    /// <exception cref="InvalidOperationException">A program of PostgreSQL's failed; its message is included.</exception>
    public static async Task<PostgresServer> StartAsync(string bin, string parent, CancellationToken cancel)
    {
        string folder = Path.Combine(parent, $"postgres-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        string? user = Environment.UserName != "root" ? null
            : File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
        PostgresServer server = new(bin, folder, user, FreePort());
        try
        {
            if (user is not null) await RunAsync("chown", [user, folder], cancel);
            await server.RunAsUserAsync("initdb", ["-D", server.Data, "-U", "bench", "-A", "trust", "--no-instructions"], cancel);
            await server.RunAsync(cancel);
            return server;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Stops the server and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await RunAsUserAsync("pg_ctl", ["-D", Data, "-m", "immediate", "stop"], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private Task RunAsync(CancellationToken cancel)
    {
        string options = string.Create(CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c shared_buffers=512MB");
        return RunAsUserAsync("pg_ctl", ["-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", options, "start"], cancel);
    }

    private string Data => Path.Combine(_folder, "data");

    private Task RunAsUserAsync(string program, string[] arguments, CancellationToken cancel)
    {
        string path = Path.Combine(_bin, program);
        return _user is null ? RunAsync(path, arguments, cancel) : RunAsync("runuser", ["-u", _user, "--", path, .. arguments], cancel);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        // pg_ctl's server keeps inherited pipes open, so nothing of it is redirected but into its own log.
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" > /dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {process.ExitCode} on {RuntimeInformation.OSDescription}.");
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
