using HealthLedger.Protocol;

namespace HealthLedger.Storage.Tests;

public class ObjectVaultTests
{
    [Fact]
    public async Task What_nobody_named_within_a_day_is_dropped_and_its_space_won_back()
    {
        Clock clock = new();
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files, time: clock);
        List<Hash32> kept = [], dropped = [];
        for (int i = 0; i < 600; i++)
        {
            (i % 10 == 0 ? kept : dropped).Add(store.Objects.Put(Replica.Bytes(i, 700)));
            if (i % 20 == 19) await store.FlushAsync();
        }
        store.Objects.MarkNamed([.. kept]);
        await store.FlushAsync();
        clock.Now += TimeSpan.FromHours(23);
        (await store.Objects.CollectAsync()).Should().Be(0);
        Hash32 late = store.Objects.Put("late"u8);
        clock.Now += TimeSpan.FromHours(2);
        (await store.Objects.CollectAsync()).Should().Be(dropped.Count);
        long before = files.Paths.Where(path => path.Contains("/objects-")).Sum(path => (long)files[path].Length);
        (await store.Objects.CompactAsync()).Should().BePositive();
        files.Paths.Where(path => path.Contains("/objects-")).Sum(path => (long)files[path].Length).Should().BeLessThan(before);
        for (int restart = 0; restart < 2; restart++)
        {
            dropped.Should().OnlyContain(name => !store.Objects.Has(name));
            kept.Should().OnlyContain(name => store.Objects.TryGet(name) != null);
            store.Objects.TryGet(late)!.Value.ToArray().Should().Equal("late"u8.ToArray());
            store.Health.Damages.Should().BeEmpty();
            await store.DisposeAsync();
            // The second time the index is gone as well and is built from the rewritten log.
            foreach (string path in files.Paths.Where(path => restart == 1 && path.Contains("/objects/index/run"))) files.Replace(path, null);
            store = Replica.Open(files, 2, clock);
        }
        store.Health.Count(Health.DamageKind.Index).Should().Be(1);
        clock.Now += TimeSpan.FromHours(48);
        (await store.Objects.CollectAsync()).Should().Be(1, "moved objects keep the name they have earned");
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_replaced_block_body_is_in_no_file_any_more()
    {
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        byte[] body = Replica.Bytes(1, 500), stub = Replica.Bytes(2, 80);
        store.Blocks.Append(1, 1, Replica.Hash(1), body);
        store.Blocks.Commit(1, 1, Replica.Hash(1), 1, default);
        await store.FlushAsync();
        await store.Blocks.ReplaceAsync(1, 1, Replica.Hash(1), stub);
        for (int restart = 0; restart < 2; restart++)
        {
            store.Blocks.TryRead(1, 1)!.Bytes.ToArray().Should().Equal(stub);
            foreach (string path in files.Paths)
            {
                byte[] content = new byte[files[path].Length];
                files[path].Read(0, content);
                content.AsSpan().IndexOf(body).Should().Be(-1, path);
            }
            await store.DisposeAsync();
            store = Replica.Open(files, 2);
        }
        await store.DisposeAsync();
    }

    [Fact]
    public void An_object_that_is_empty_or_too_large_is_a_callers_mistake()
    {
        ReplicaStore store = Replica.Open(new SimulatedFiles());
        FluentActions.Invoking(() => store.Objects.Put([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => store.Objects.Put(new byte[Objects.ObjectVault.ObjectBytesMax + 1])).Should().Throw<ArgumentException>();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
    [Fact]
    public async Task A_damaged_name_of_an_object_names_nothing_when_the_index_is_built_anew()
    {
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        Hash32[] names = [.. Enumerable.Range(0, 40).Select(i => store.Objects.Put(Replica.Bytes(i, 300)))];
        await store.FlushAsync();
        // What was written later says that the first write was whole: what is wrong in it is damage, not a crash.
        store.Objects.MarkNamed(names);
        await store.DisposeAsync();
        string log = files.Paths.Single(path => path.Contains("/objects-"));
        byte[] bytes = new byte[files[log].Length];
        files[log].Read(0, bytes);
        // One bit of the name, and one of another's content.
        files[log].Flip(bytes.AsSpan().IndexOf(names[7].Bytes) * 8 + 3);
        files[log].Flip((bytes.AsSpan().IndexOf(names[9].Bytes) + 60) * 8);
        foreach (string path in files.Paths.Where(path => path.Contains("/objects/index/run"))) files.Replace(path, null);

        store = Replica.Open(files, 2);
        await using (Scrubbing.Scrubber scrubber = new(store)) await scrubber.RunOnceAsync();

        store.Objects.Has(names[7]).Should().BeFalse("what cannot be read is looked for by who needs it");
        store.Health.Damages.Where(damage => damage.Hash is not null).Select(damage => damage.Hash!.Value).Distinct().Should().Equal(names[9]);
        store.Objects.Put(Replica.Bytes(7, 300)).Should().Be(names[7]);
        store.Objects.Put(Replica.Bytes(9, 300)).Should().Be(names[9]);
        await store.FlushAsync();
        names.Should().OnlyContain(name => store.Objects.TryGet(name) != null);
        await store.DisposeAsync();
    }
}
