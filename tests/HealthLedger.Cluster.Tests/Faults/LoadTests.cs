using System.Diagnostics;
using System.Text.Json.Nodes;
using HealthLedger.Cluster.Tests.Processes;

namespace HealthLedger.Cluster.Tests.Faults;

/// <summary>The load command, which remembers what was acknowledged, against the node's own executable; and whether its verification notices what it is there to notice.</summary>
public sealed class LoadTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Kills = 2, AcknowledgedBetweenKills = 30;

    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-").FullName;
    private NodeProcess _node = null!;
    private CommandLineProcess _cli = null!;

    private string File => Path.Combine(_folder, "acked.jsonl");

    public async ValueTask InitializeAsync()
    {
        _node = NodeProcess.Standalone(Path.Combine(_folder, "data"));
        await _node.StartAsync();
        _cli = new CommandLineProcess(Path.Combine(_folder, "keys"), _node.Address);
        (await _cli.RunAsync("org", "new", "riverside", "--keys-from", Path.Combine(_folder, "data", "members", "0", "keys"))).ExitCode.Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Load_survives_kills_of_the_node_and_everything_it_was_told_is_there()
    {
        Process load = _cli.Start("load", "--file", File, "--rate", "100", "--patients", "8", "--json");
        for (int kill = 1; kill <= Kills; kill++)
        {
            await World.Waiting.UntilAsync(() => Acknowledged() >= kill * AcknowledgedBetweenKills, "the load goes on");
            await _node.KillAsync();
            await _node.StartAsync();
        }
        await World.Waiting.UntilAsync(() => Acknowledged() >= (Kills + 1) * AcknowledgedBetweenKills, "the load goes on");
        using (Process terminate = Process.Start("kill", ["-TERM", $"{load.Id}"])) await terminate.WaitForExitAsync();
        (int ended, JsonNode run) = await CommandLineProcess.EndAsync(load);
        output.WriteLine(run.ToJsonString());
        ended.Should().Be(0);
        run["failed"]!.AsObject().Should().BeEmpty("a writer that tries again hears of no fault");
        run["records"]!.GetValue<long>().Should().Be(Acknowledged());
        run["longestGap"]!["milliseconds"]!.GetValue<long>().Should().BePositive();

        (int good, JsonNode verified) = await _cli.RunAsync("load", "verify", File);

        good.Should().Be(0, verified.ToJsonString());
        verified["acknowledged"]!.GetValue<int>().Should().Be(Acknowledged());
        verified["members"]![0]!["receipts"]!.GetValue<int>().Should().Be(Acknowledged());
        verified["members"]![0]!["contents"]!.GetValue<int>().Should().Be(Acknowledged());
        await AlterationsAreNoticedAsync();
    }

    // A verification that finds nothing is worth what it would have found.
    private async Task AlterationsAreNoticedAsync()
    {
        string[] lines = await System.IO.File.ReadAllLinesAsync(File);
        int[] acks = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].Contains("\"kind\":\"ack\"", StringComparison.Ordinal))];
        Alter(acks[0], line => line["statement"] = new string('0', 64));
        Alter(acks[1], line => line["record"] = new string('1', 64));
        Alter(acks[2], line => line["leaf"] = line["leaf"]!.GetValue<long>() + 1);
        Alter(acks[3], line => line["content"] = new string('2', 64));
        Alter(Array.FindIndex(lines, line => line.Contains("\"kind\":\"receipt\"", StringComparison.Ordinal)), line => line["receipt"] = Flipped(line["receipt"]!.GetValue<string>()));
        string file = Path.Combine(_folder, "altered.jsonl");
        await System.IO.File.WriteAllLinesAsync(file, lines);

        (int code, JsonNode json) = await _cli.RunAsync("load", "verify", file, "--patience", "1");

        code.Should().NotBe(0);
        JsonNode counts = json["counts"]!;
        // The record that is not in the log; the receipts at the places of the statement that is nowhere, of that record and of the other leaf, and the flipped one.
        counts["missing"]!.GetValue<long>().Should().Be(1, json.ToJsonString());
        counts["proof"]!.GetValue<long>().Should().Be(4, json.ToJsonString());
        counts["content"]!.GetValue<long>().Should().Be(2, json.ToJsonString());

        void Alter(int at, Action<JsonNode> change)
        {
            JsonNode line = JsonNode.Parse(lines[at])!;
            change(line);
            lines[at] = line.ToJsonString();
        }
    }

    private static string Flipped(string base64)
    {
        byte[] bytes = Convert.FromBase64String(base64);
        bytes[bytes.Length / 2] ^= 1;
        return Convert.ToBase64String(bytes);
    }

    private int Acknowledged()
    {
        if (!System.IO.File.Exists(File)) return 0;
        using FileStream stream = new(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        int count = 0;
        while (reader.ReadLine() is { } line)
            if (line.StartsWith("{\"kind\":\"ack\"", StringComparison.Ordinal)) count++;
        return count;
    }
}
