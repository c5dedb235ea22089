using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Backups;

namespace HealthLedger.Storage.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("healthledger-backup").FullName;

    private string Store => Path.Combine(_root, "store");

    private string Target => Path.Combine(_root, "backup");

    private string Restored => Path.Combine(_root, "restored");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_backup_taken_while_the_replica_writes_restores_every_block_and_object_that_was_durable_when_it_began()
    {
        await using ReplicaStore store = Open(Store);
        List<Hash32> durable = await FillAsync(store, 1, 40);
        using CancellationTokenSource end = new();
        Task writer = Task.Run(async () =>
        {
            for (int block = 41; !end.IsCancellationRequested; block++) await FillAsync(store, block, 1);
        }, TestContext.Current.CancellationToken);
        BackupReport report = (await StoreBackup.WriteAsync(Store, Target, TimeProvider.System, cancel: TestContext.Current.CancellationToken)).Value;
        await end.CancelAsync();
        await writer;

        report.DamagedRecords.Should().Be(0);
        (await StoreBackup.RestoreAsync(Target, Restored, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
        await using ReplicaStore restored = Open(Restored);
        restored.Health.Damages.Should().OnlyContain(damage => damage.Kind == Health.DamageKind.Votes || damage.Outcome == Health.DamageOutcome.Repaired);
        restored.Blocks.CommittedHeight(1).Should().BeGreaterThanOrEqualTo(40);
        for (int block = 1; block <= 40; block++) restored.Blocks.TryRead(1, (ulong)block)!.Bytes.ToArray().Should().Equal(Replica.Bytes(block, 3_000));
        foreach (Hash32 name in durable) restored.Objects.TryGet(name).Should().NotBeNull();
    }

    [Fact]
    public async Task A_restored_store_has_no_votes_and_may_not_vote_and_no_keys()
    {
        Hash32 key;
        await using (ReplicaStore store = Open(Store))
        {
            await FillAsync(store, 1, 3);
            key = store.Keys.Put("wrapped keys"u8);
            store.Votes.Append(1, 7, 1, "vote"u8);
            await store.FlushAsync();
        }
        (await StoreBackup.WriteAsync(Store, Target, TimeProvider.System, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
        Directory.EnumerateDirectories(Target).Select(Path.GetFileName).Should().BeEquivalentTo("blocks", "objects");
        (await StoreBackup.RestoreAsync(Target, Restored, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
        await using ReplicaStore restored = Open(Restored);
        restored.Health.MayVote.Should().BeFalse();
        restored.Votes.Live.Should().BeEmpty();
        restored.Keys.Has(key).Should().BeFalse();
    }

    [Fact]
    public async Task A_restored_store_votes_again_once_there_is_a_validator_key_that_has_signed_nothing_and_keeps_what_that_key_signs()
    {
        await using (ReplicaStore store = Open(Store)) await FillAsync(store, 1, 3);
        (await StoreBackup.WriteAsync(Store, Target, TimeProvider.System, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
        (await StoreBackup.RestoreAsync(Target, Restored, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
        await using (ReplicaStore silent = Open(Restored)) silent.Health.MayVote.Should().BeFalse();

        await using (ReplicaStore anew = ReplicaStore.Open(Restored, Replica.Options(1) with { BeginVotesAnew = true }, TimeProvider.System).Value)
        {
            anew.Health.MayVote.Should().BeTrue();
            anew.Votes.Live.Should().BeEmpty();
            anew.Votes.Append(1, 7, 1, "vote"u8);
            await anew.FlushAsync();
        }
        await using ReplicaStore later = Open(Restored);
        later.Health.MayVote.Should().BeTrue();
        later.Votes.Live.Should().ContainSingle();
        later.Blocks.CommittedHeight(1).Should().Be(3);
    }

    [Fact]
    public async Task A_second_backup_copies_only_what_changed()
    {
        await using ReplicaStore store = Open(Store);
        await FillAsync(store, 1, 60);
        BackupReport first = (await StoreBackup.WriteAsync(Store, Target, TimeProvider.System, cancel: TestContext.Current.CancellationToken)).Value;
        await FillAsync(store, 61, 1);
        BackupReport second = (await StoreBackup.WriteAsync(Store, Target, TimeProvider.System, cancel: TestContext.Current.CancellationToken)).Value;
        first.CopiedFiles.Should().Be(first.Manifest.Files.Count);
        second.CopiedFiles.Should().BeInRange(1, 4).And.BeLessThan(second.Manifest.Files.Count);
        (await StoreBackup.VerifyAsync(Target, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_damaged_or_unfinished_backup_is_refused_and_nothing_is_ever_overwritten()
    {
        await using (ReplicaStore store = Open(Store)) await FillAsync(store, 1, 5);
        (await StoreBackup.WriteAsync(Store, Target, TimeProvider.System, cancel: TestContext.Current.CancellationToken)).IsOk.Should().BeTrue();
        (await StoreBackup.RestoreAsync(Target, Store, cancel: TestContext.Current.CancellationToken)).Fault.Code.Should().Be(FaultCode.BackupUnusable);

        string segment = Directory.EnumerateFiles(Path.Combine(Target, "blocks")).First();
        byte[] bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        Fault damaged = (await StoreBackup.RestoreAsync(Target, Restored, cancel: TestContext.Current.CancellationToken)).Fault;
        damaged.Code.Should().Be(FaultCode.BackupUnusable);
        damaged.Message.Should().Contain(Path.GetFileName(segment));
        Directory.Exists(Restored).Should().BeFalse();

        File.Delete(Path.Combine(Target, BackupManifest.FileName));
        (await StoreBackup.RestoreAsync(Target, Restored, cancel: TestContext.Current.CancellationToken)).Fault.Message.Should().Contain("no finished backup");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("votes/votes-00000001.log")]
    [InlineData("blocks/../blocks-00000001.log")]
    public async Task A_manifest_names_segments_and_nothing_else(string path)
    {
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, BackupManifest.FileName),
            $$"""{"format":1,"made":"2026-01-01T00:00:00Z","files":[{"path":"{{path}}","length":1,"sha256":"{{new string('0', 64)}}"}]}""", TestContext.Current.CancellationToken);
        (await StoreBackup.RestoreAsync(Target, Restored, cancel: TestContext.Current.CancellationToken)).Fault.Code.Should().Be(FaultCode.BackupUnusable);
        Directory.Exists(Restored).Should().BeFalse();
    }

    private static ReplicaStore Open(string folder) => ReplicaStore.Open(folder, Replica.Options(1) with { RunBackground = true }, TimeProvider.System).Value;

    private static async Task<List<Hash32>> FillAsync(ReplicaStore store, int first, int count)
    {
        List<Hash32> names = [];
        for (int block = first; block < first + count; block++)
        {
            names.Add(store.Objects.Put(Replica.Bytes(10_000 + block, 2_000)));
            store.Blocks.Append(1, (ulong)block, Replica.Hash(block), Replica.Bytes(block, 3_000));
            store.Blocks.Commit(1, (ulong)block, Replica.Hash(block), (ulong)block + 1, "certificate"u8.ToArray());
            await store.FlushAsync();
        }
        return names;
    }
}
