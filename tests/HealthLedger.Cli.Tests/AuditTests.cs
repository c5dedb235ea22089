using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Cli.Bench.Measuring;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Tests;

public sealed class AuditTests
{
    [Fact]
    public async Task A_network_s_folder_holds_and_a_changed_byte_is_found_with_its_place()
    {
        using CliWorld world = new();
        string folder = world.At("data");
        await WriteAsync(folder);
        string genesis = Path.Combine(folder, "genesis.cbor");

        CliRun good = await world.RunAsync("audit", folder, "--genesis", genesis, "--json");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, "members", "0", "store", "blocks"), "*", SearchOption.AllDirectories)) Flip(file);
        CliRun bad = await world.RunAsync("audit", folder, "--genesis", genesis);

        good.ExitCode.Should().Be(0, good.Out + good.Error);
        good.Json.AsArray().Should().ContainSingle().Which!["entries"]!.GetValue<long>().Should().BePositive();
        bad.ExitCode.Should().NotBe(0);
        bad.Out.Should().Contain("BAD").And.Contain("height").And.Contain("shard");
    }

    [Fact]
    public async Task An_audit_against_another_network_s_genesis_finds_no_ledger_of_it()
    {
        using CliWorld world = new();
        string folder = world.At("data");
        await WriteAsync(folder);

        CliRun run = await world.RunAsync("audit", folder, "--genesis", world.GenesisFile);

        run.ExitCode.Should().NotBe(0);
    }

    private static async Task WriteAsync(string folder)
    {
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        await using MeasuredNetwork network = (await MeasuredNetwork.StartAsync(folder, 1, null, random, TestContext.Current.CancellationToken)).Value;
        SignedLoad[] load = network.Sign(40, 4, TestContext.Current.CancellationToken);
        (await network.Driver.SaturateAsync(load, 4, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
    }

    // In the middle of what was written, not in the zeros between records or ahead of the writer.
    private static void Flip(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int end = Array.FindLastIndex(bytes, value => value != 0);
        if (end < 0) return;
        bytes[Array.FindLastIndex(bytes, end / 2, value => value != 0)] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
