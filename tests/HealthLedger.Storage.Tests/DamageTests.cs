using HealthLedger.Storage.Health;
using HealthLedger.Storage.Scrubbing;

namespace HealthLedger.Storage.Tests;

public class DamageTests
{
    private const int Flips = 1_000;

    [Theory]
    [InlineData("votes")]
    [InlineData("blocks/blocks-")]
    [InlineData("blocks/index")]
    [InlineData("objects/objects-")]
    [InlineData("objects/index")]
    [InlineData("keys/keys-")]
    [InlineData("state")]
    [InlineData("trees")]
    [InlineData("store")]
    public async Task A_flipped_bit_at_rest_is_harmless_or_noticed_and_heals_and_never_answers_wrongly(string type)
    {
        (SimulatedFiles disk, Ledgerlet ledger) = await WrittenAsync();
        string[] paths = [.. disk.Paths.Where(path => path.StartsWith($"{Replica.Folder}/{type}", StringComparison.Ordinal))];
        paths.Should().NotBeEmpty();
        Random random = new(type.Length);
        int noticed = 0;
        for (int i = 0; i < Flips; i++)
        {
            SimulatedFiles copy = disk.Copy();
            // Files are chosen by their length, so that every byte is as likely.
            long at = random.NextInt64(paths.Sum(path => copy[path].Length));
            string path = paths.First(path => (at -= copy[path].Length) < 0);
            copy[path].Flip(random.Next(copy[path].Length * 8));
            ReplicaStore store = Replica.Open(copy, i);
            List<string> missing = ledger.Read(store);
            if (missing.Count > 0) store.Health.Total.Should().BePositive($"{string.Join(", ", missing)} did not answer after a flip in {path}");
            if (store.Health.Total > 0) noticed++;
            store.Health.MayVote.Should().BeTrue();
            if (missing.Count > 0)
            {
                await ledger.HealAsync(store);
                ledger.Read(store).Should().BeEmpty($"healed after a flip in {path}: {string.Join("; ", missing)}");
            }
            await store.AbandonAsync();
        }
        TestContext.Current.SendDiagnosticMessage($"{type}: {noticed} of {Flips} flips noticed, the others in padding");
        noticed.Should().BePositive();
    }

    [Fact]
    public async Task The_scrubber_notices_a_flipped_bit_in_a_running_store()
    {
        (SimulatedFiles disk, Ledgerlet ledger) = await WrittenAsync();
        Random random = new(5);
        foreach (string type in new[] { "votes", "blocks/blocks-", "objects/objects-", "keys/keys-", "state", "trees/0001/level" })
        {
            int found = 0;
            for (int i = 0; i < 60; i++)
            {
                SimulatedFiles copy = disk.Copy();
                ReplicaStore store = Replica.Open(copy, i);
                store.State(1);
                store.Tree(1);
                string[] paths = [.. copy.Paths.Where(path => path.StartsWith($"{Replica.Folder}/{type}", StringComparison.Ordinal))];
                string path = paths[random.Next(paths.Length)];
                copy[path].Flip(random.Next(copy[path].Length * 8));
                await using (Scrubber scrubber = new(store)) await scrubber.RunOnceAsync();
                long reported = store.Health.Total;
                ledger.Read(store);
                if (type != "state") store.Health.Total.Should().Be(reported, "a pass finds everything that a read would find");
                if (reported > 0) found++;
                await store.AbandonAsync();
            }
            found.Should().BePositive(type);
        }
    }

    [Fact]
    public async Task Both_vote_files_gone_means_following_without_voting()
    {
        (SimulatedFiles disk, _) = await WrittenAsync();
        foreach (string path in disk.Paths.Where(path => path.Contains("/votes/"))) disk.Replace(path, null);
        ReplicaStore store = Replica.Open(disk);
        store.Health.MayVote.Should().BeFalse();
        store.Health.Damages.Should().Contain(damage => damage.Kind == DamageKind.Votes && damage.Outcome == DamageOutcome.Open);
        store.Blocks.CommittedHeight(1).Should().Be(20);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Lost_votes_stay_lost_when_the_files_are_sound_again()
    {
        (SimulatedFiles disk, _) = await WrittenAsync();
        foreach (string path in disk.Paths.Where(path => path.Contains("/votes/"))) disk.Replace(path, null);
        for (int start = 0; start < 3; start++)
        {
            ReplicaStore store = Replica.Open(disk, start);
            store.Health.MayVote.Should().BeFalse();
            store.Votes.Append(1, 1, (ulong)start, "learnt while following"u8);
            await store.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("votes-a")]
    [InlineData("votes-b")]
    public async Task One_vote_file_gone_is_written_again_from_its_twin(string twin)
    {
        (SimulatedFiles disk, Ledgerlet ledger) = await WrittenAsync();
        foreach (string path in disk.Paths.Where(path => path.Contains(twin))) disk.Replace(path, null);
        ReplicaStore store = Replica.Open(disk);
        store.Health.MayVote.Should().BeTrue();
        store.Health.Count(DamageKind.Votes).Should().BePositive();
        ledger.Read(store).Should().BeEmpty();
        await store.DisposeAsync();
        foreach (string path in disk.Paths.Where(path => path.Contains("/votes/") && !path.Contains(twin))) disk.Replace(path, null);
        store = Replica.Open(disk, 2);
        ledger.Read(store).Should().BeEmpty();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task An_old_copy_of_one_vote_file_is_brought_level_from_its_twin()
    {
        SimulatedFiles disk = new();
        ReplicaStore store = Replica.Open(disk);
        await new Ledgerlet(5).WriteAsync(store);
        await store.AbandonAsync();
        SimulatedFiles old = disk.Copy();
        store = Replica.Open(disk, 2);
        store.Blocks.CommittedHeight(1).Should().Be(5);
        store.Votes.Append(1, 9, 0, "newest"u8);
        await store.FlushAsync();
        await store.AbandonAsync();
        foreach (string path in old.Paths.Where(path => path.Contains("votes-b"))) disk.Replace(path, old[path].Copy());
        store = Replica.Open(disk, 3);
        store.Votes.Live.Should().Contain(record => record.Kind == 9);
        store.Health.Count(DamageKind.Votes).Should().BePositive();
        store.Health.MayVote.Should().BeTrue();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task An_old_block_log_beside_newer_votes_is_reported()
    {
        SimulatedFiles disk = new();
        ReplicaStore store = Replica.Open(disk);
        await store.FlushAsync();
        await store.AbandonAsync();
        SimulatedFiles old = disk.Copy();
        store = Replica.Open(disk, 2);
        await new Ledgerlet(10).WriteAsync(store);
        await store.DisposeAsync();
        foreach (string path in disk.Paths.Where(path => path.Contains("/blocks/"))) disk.Replace(path, old.Exists(path) ? old[path].Copy() : null);
        store = Replica.Open(disk, 3);
        store.Health.Damages.Should().Contain(damage => damage.Kind == DamageKind.Block && damage.Outcome == DamageOutcome.Open);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_file_cut_short_anywhere_is_noticed_and_never_answers_wrongly()
    {
        (SimulatedFiles disk, Ledgerlet ledger) = await WrittenAsync();
        Random random = new(3);
        foreach (string path in disk.Paths)
        {
            for (int i = 0; i < 12; i++)
            {
                SimulatedFiles copy = disk.Copy();
                copy[path].SetLength(i == 0 ? 0 : random.Next(copy[path].Length));
                ReplicaStore store = Replica.Open(copy, i);
                List<string> missing = ledger.Read(store);
                if (missing.Count > 0) store.Health.Total.Should().BePositive($"{path} was cut: {string.Join(", ", missing)}");
                await ledger.HealAsync(store);
                ledger.Read(store).Should().BeEmpty($"{path} was cut");
                await store.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task An_erased_key_is_in_no_file_any_more()
    {
        SimulatedFiles disk = new();
        ReplicaStore store = Replica.Open(disk);
        byte[] secret = Replica.Bytes(77, 64), other = Replica.Bytes(78, 64);
        var name = store.Keys.Put(secret);
        var kept = store.Keys.Put(other);
        await store.FlushAsync();
        Holds(disk, secret).Should().BeTrue();
        (await store.Keys.EraseAsync(name)).Should().BeTrue();
        Holds(disk, secret).Should().BeFalse();
        store.Keys.Has(name).Should().BeFalse();
        await store.DisposeAsync();
        store = Replica.Open(disk, 2);
        Holds(disk, secret).Should().BeFalse();
        store.Keys.TryGet(name).Should().BeNull();
        store.Keys.TryGet(kept)!.Value.ToArray().Should().Equal(other);
        store.Health.Damages.Should().BeEmpty();
        await store.DisposeAsync();
    }

    private static bool Holds(SimulatedFiles disk, byte[] bytes)
    {
        foreach (string path in disk.Paths)
        {
            byte[] content = new byte[disk[path].Length];
            disk[path].Read(0, content);
            if (content.AsSpan().IndexOf(bytes) >= 0) return true;
        }
        return false;
    }

    private static async Task<(SimulatedFiles Disk, Ledgerlet Ledger)> WrittenAsync()
    {
        SimulatedFiles disk = new();
        Ledgerlet ledger = new(20);
        ReplicaStore store = Replica.Open(disk);
        await ledger.WriteAsync(store);
        await store.DisposeAsync();
        return (disk, ledger);
    }
}
