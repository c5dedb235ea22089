using System.Security.Cryptography;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Cli.Bench.Measuring;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Tests;

public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_of_a_running_replica_is_a_ledger_that_an_audit_accepts_up_to_its_end()
    {
        using CliWorld world = new();
        string folder = world.At("data"), backup = world.At("backup"), restored = world.At("restored"), store = Path.Combine(folder, "members", "0", "store");
        using (RandomNumberGenerator random = RandomNumberGenerator.Create())
        {
            await using MeasuredNetwork network = (await MeasuredNetwork.StartAsync(folder, 1, null, random, TestContext.Current.CancellationToken)).Value;
            SignedLoad[] load = network.Sign(40, 4, TestContext.Current.CancellationToken);
            (await network.Driver.SaturateAsync(load, 4, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();

            CliRun taken = await world.RunAsync("admin", "backup", store, backup, "--json");

            taken.ExitCode.Should().Be(0, taken.Out + taken.Error);
            taken.Json["damagedRecords"]!.GetValue<int>().Should().Be(0);
        }

        CliRun check = await world.RunAsync("admin", "check-backup", backup), restore = await world.RunAsync("admin", "restore", backup, restored);
        CliRun audit = await world.RunAsync("audit", restored, "--chain-only", "--genesis", Path.Combine(folder, "genesis.cbor"), "--json");

        check.ExitCode.Should().Be(0, check.Error);
        restore.ExitCode.Should().Be(0, restore.Error);
        audit.ExitCode.Should().Be(0, audit.Out + audit.Error);
        audit.Json[0]!["entries"]!.GetValue<long>().Should().BeGreaterThanOrEqualTo(160, "every entry acknowledged before the backup is in it");
    }

    [Fact]
    public async Task A_restore_over_a_store_that_is_there_is_refused()
    {
        using CliWorld world = new();
        Directory.CreateDirectory(world.At("backup"));

        CliRun run = await world.RunAsync("admin", "restore", world.At("backup"), world.At("elsewhere"));

        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.BackupUnusable).ExitCode);
        run.Error.Should().Contain("HL-5004");
    }
}
