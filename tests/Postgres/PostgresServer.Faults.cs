using System.Diagnostics;
using System.Globalization;

namespace HealthLedger.Cli.Bench.Baselines;

/// <summary>What tests do to a server.</summary>
public sealed partial class PostgresServer
{
    /// <summary>Ends the server as a crash would: every process of it at once, nothing is written any more.</summary>
    public void Kill()
    {
        int postmaster = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        foreach (int process in (int[])[postmaster, .. ChildrenOf(postmaster)])
        {
            try
            {
                using Process victim = Process.GetProcessById(process);
                victim.Kill();
                victim.WaitForExit();
            }
            catch (ArgumentException)
            {
                // A backend that ended by itself meanwhile.
            }
        }
    }

    /// <summary>Starts the server that was killed, on the same port with the same data.</summary>
    public Task StartAgainAsync() => RunAsync(CancellationToken.None);

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue;
            }
            if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) == parent) yield return id;
        }
    }
}
