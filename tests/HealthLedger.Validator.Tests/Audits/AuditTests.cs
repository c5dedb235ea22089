using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator.Audit;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Audits;

/// <summary>The whole ledger checked from files alone.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task A_sound_folder_holds_and_a_flipped_byte_in_its_blocks_is_reported_with_its_place()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(1);
        await FillAsync(test, 24);
        GenesisFile genesis = test.Network.Genesis;
        await test.Network.StopMemberAsync(0);

        AuditReport sound = await AuditFolderAsync(test, genesis);

        sound.Finding.Should().BeNull();
        sound.Entries.Should().Be(24);
        string log = Directory.EnumerateFiles(Path.Combine(test.StoreOf(0), "blocks"), "*.log").First();
        byte[] bytes = await File.ReadAllBytesAsync(log);
        // A byte of a record, wherever it lies: the network's name is in every header.
        int place = bytes.AsSpan().IndexOf("test-network"u8);
        bytes[place] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);

        AuditReport broken = await AuditFolderAsync(test, genesis);
        broken.Finding.Should().NotBeNull();
        broken.Finding!.Place.File.Should().StartWith(Path.Combine(test.StoreOf(0), "blocks"));
    }

    [Fact]
    public async Task Every_changed_byte_of_an_exported_block_file_is_reported()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(1);
        await FillAsync(test, 12);
        string path = Path.Combine(test.Folder, "shard-1.blocks");
        using (FileStream to = File.Create(path)) BlockFile.Write(to, test.Network.Member(0)!.Replica, 1).Should().BePositive();
        byte[] sound = await File.ReadAllBytesAsync(path);
        (await AuditFileAsync(test, path)).Should().BeNull();

        Random random = new(5);
        for (int i = 0; i < 80; i++)
        {
            byte[] changed = [.. sound];
            int at = random.Next(changed.Length);
            changed[at] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, changed);
            (await AuditFileAsync(test, path)).Should().NotBeNull($"byte {at} of {changed.Length} was changed");
        }
    }

    private static async Task FillAsync(TestNetwork test, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Result<CommittedStatement> committed = await test.SubmitAsync(0, test.NewPatients(test.Network.Organizations[0], 1 + i % 4));
            committed.Fault.Code.Should().Be(FaultCode.None);
        }
    }

    private static async Task<AuditReport> AuditFolderAsync(TestNetwork test, GenesisFile genesis)
    {
        Result<FolderSource> opened = FolderSource.Open(test.StoreOf(0), TimeProvider.System);
        await using FolderSource source = opened.Value;
        return await new AuditRunner(genesis, source, Path.Combine(test.Folder, "audit"), TimeProvider.System).RunAsync();
    }

    private static async Task<string?> AuditFileAsync(TestNetwork test, string path)
    {
        if (!BlockFile.Open(path, 1).TryGet(out BlockFile? file, out Fault fault)) return fault.ToString();
        AuditReport report = await new AuditRunner(test.Network.Genesis, file, Path.Combine(test.Folder, "audit"), TimeProvider.System).RunAsync([1]);
        return report.Finding?.ToString();
    }
}
