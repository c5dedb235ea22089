using System.Diagnostics;
using HealthLedger.Actors.Network;
using HealthLedger.Cluster.Tests.Processes;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cluster.Tests.Members;

/// <summary>A node that cannot start says why, by the name of the setting or the file, and with an exit code of its own.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("--role", "king", "standalone, member, gateway")]
    [InlineData("--url", "ftp://x", "http://127.0.0.1:8080")]
    [InlineData("--links-url", "https://no-address:1", "IP address")]
    [InlineData("--members", "0", "from 1 to 7")]
    [InlineData("--nodes", "x", "addresses with commas")]
    public async Task A_setting_that_is_not_legal_is_refused_by_name(string option, string value, string legal)
    {
        (int code, string said) = await RunAsync([option, value], []);
        code.Should().Be(FaultTable.Row(FaultCode.UsageWrong).ExitCode);
        said.Should().Contain(option).And.Contain(legal).And.Contain(value);
    }

    [Fact]
    public async Task A_setting_from_the_environment_is_named_as_it_is_written_there()
    {
        (int code, string said) = await RunAsync([], new() { ["HEALTHLEDGER__ROLE"] = "king" });
        code.Should().Be(FaultTable.Row(FaultCode.UsageWrong).ExitCode);
        said.Should().Contain("HEALTHLEDGER__ROLE");
    }

    [Fact]
    public async Task A_member_without_its_folder_or_keys_says_what_is_missing()
    {
        await using MemberProcesses members = MemberProcesses.Found();
        string folder = members.FolderOf(0);
        (int code, string said) = await RunAsync(["--role", "member", "--data", Path.Combine(folder, "nowhere")], []);
        code.Should().Be(FaultTable.Row(FaultCode.FileUnusable).ExitCode);
        said.Should().Contain("genesis.cbor");

        string key = Path.Combine(MemberFolder.MemberPath(folder), "validator.key");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            (code, said) = await RunAsync(["--role", "member", "--data", folder], []);
            code.Should().Be(FaultTable.Row(FaultCode.KeyFolderUnsafe).ExitCode);
            said.Should().Contain("validator.key");
        }

        File.Delete(key);
        (code, said) = await RunAsync(["--role", "member", "--data", folder], []);
        code.Should().Be(FaultTable.Row(FaultCode.KeyFolderIncomplete).ExitCode);
        said.Should().Contain("validator.key");
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_is_refused()
    {
        await using MemberProcesses members = MemberProcesses.Found();
        await members[0].StartAsync();
        int[] ports = NodeProcess.FreePorts(2);
        (int code, string said) = await RunAsync(["--role", "member", "--data", members.FolderOf(0), "--url", $"http://127.0.0.1:{ports[0]}", "--links-url", $"https://127.0.0.1:{ports[1]}"], []);
        code.Should().Be(FaultTable.Row(FaultCode.StoreLocked).ExitCode);
        said.Should().Contain("HL-5001");
        (code, said) = await RunAsync(["--role", "member", "--data", members.FolderOf(1), "--links-url", $"https://127.0.0.1:{members.LinkPortOf(0)}"], []);
        code.Should().Be(FaultTable.Row(FaultCode.AddressTaken).ExitCode);
        said.Should().Contain("--links-url");
    }

    private static async Task<(int Code, string Said)> RunAsync(string[] arguments, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [NodeProcess.Assembly, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token), output = process.StandardOutput.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        return (process.ExitCode, await error + await output);
    }
}
