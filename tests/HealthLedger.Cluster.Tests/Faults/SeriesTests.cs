using System.Diagnostics;

namespace HealthLedger.Cluster.Tests.Faults;

/// <summary>The main faults of the series in <c>tests/HealthLedger.Faults</c>; <c>tests/faults/run.sh</c> runs all of them.</summary>
public sealed class SeriesTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task After_each_fault_under_load_nothing_acknowledged_is_missing_and_there_is_one_chain()
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { Path.Combine(own.Parent!.Parent!.FullName, "HealthLedger.Faults", own.Name, "healthledger-faults.dll"), "--short", "--rate", "20" },
            RedirectStandardOutput = true,
        };
        using Process series = Process.Start(start)!;
        using CancellationTokenSource limit = new(Limit);
        string said = await series.StandardOutput.ReadToEndAsync(limit.Token);
        await series.WaitForExitAsync(limit.Token);
        output.WriteLine(said);
        series.ExitCode.Should().Be(0, said);
    }
}
