using System.Diagnostics;
using System.Globalization;

namespace HealthLedger.Faults.World;

/// <summary>A PostgreSQL server of its own on loopback, started, killed with all its processes, started again. Root runs it as another user, as it asks for.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const long KillLimitMilliseconds = 10_000;

    private readonly string _bin, _folder;
    private readonly string? _user;
    private readonly int _port = Programs.FreePort();

    private PostgresProcess(string bin, string folder, string? user) => (_bin, _folder, _user) = (bin, folder, user);

    /// <summary>How members connect.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=faults;Database=postgres");

    /// <summary>Makes and starts a server; null where PostgreSQL is not installed.</summary>
    public static async Task<PostgresProcess?> TryStartAsync(string parent)
    {
        IEnumerable<string> folders = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")) : [];
        string? bin = folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
        if (bin is null) return null;
        string? user = Environment.UserName != "root" ? null : File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
        // Another user has to reach it, so it does not lie below folders that are the owner's alone.
        PostgresProcess server = new(bin, Directory.CreateTempSubdirectory("healthledger-postgres-").FullName, user);
        if (user is not null) await Programs.MustAsync("chown", user, server._folder);
        await server.AsUserAsync("initdb", "-D", server.Data, "-U", "faults", "-A", "trust", "--no-instructions");
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    public Task StartAsync() => AsUserAsync("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder}"), "start");

    /// <summary>Ends the server and every process of its own as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        string file = Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(file)) return;
        using Process postmaster = Process.GetProcessById(int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture));
        postmaster.Kill(entireProcessTree: true);
        // It is no child of this process, and who it was left to may be slow to take note of its end: what is dead counts as gone.
        long since = Environment.TickCount64;
        while (IsAlive(postmaster.Id) && Environment.TickCount64 - since < KillLimitMilliseconds) await Task.Delay(TimeSpan.FromMilliseconds(20));
    }

    private static bool IsAlive(int id)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private Task AsUserAsync(string program, params string[] arguments)
    {
        // The server keeps inherited pipes open, so nothing of it is redirected but into its own log.
        string[] words = ["-c", "exec \"$@\" > /dev/null 2>&1", "sh", .. _user is null ? (string[])[] : ["runuser", "-u", _user, "--"], Path.Combine(_bin, program), .. arguments];
        return Programs.MustAsync("/bin/sh", words);
    }
}
