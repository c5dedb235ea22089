using HealthLedger.Protocol.State;

namespace HealthLedger.Storage.Tests;

public class ConcurrencyTests
{
    [Fact]
    public async Task Shards_that_write_side_by_side_share_flushes_and_lose_nothing()
    {
        SimulatedFiles files = new();
        StorageOptions options = Replica.Options(3) with { RunBackground = true };
        const int shards = 6, heights = 300;
        for (int life = 0; life < 2; life++)
        {
            await using ReplicaStore store = ReplicaStore.Open(Replica.Folder, options, TimeProvider.System, files).Value;
            int from = life * heights;
            await Task.WhenAll(Enumerable.Range(1, shards).Select(shard => Task.Run(async () =>
            {
                for (int height = from + 1; height <= from + heights; height++)
                {
                    int number = shard * 100_000 + height;
                    store.Objects.Put(Replica.Bytes(number, 300));
                    store.Blocks.Append((uint)shard, (ulong)height, Replica.Hash(number), Replica.Bytes(number, 800));
                    store.Votes.Append((uint)shard, 1, (ulong)height, Replica.Hash(number).Bytes);
                    store.Votes.Release((uint)shard, 1, (ulong)Math.Max(0, height - 8));
                    await store.FlushAsync();
                    store.Blocks.Commit((uint)shard, (ulong)height, Replica.Hash(number), (ulong)height, default);
                    store.State((uint)shard).Apply((ulong)height, [new RowChange(BitConverter.GetBytes(number), Replica.Bytes(number, 100))]);
                    store.Tree((uint)shard).Append([Replica.Hash(number)]);
                    store.Blocks.TryRead(Replica.Hash(shard * 100_000 + 1 + height / 2)).Should().NotBeNull();
                }
            })));
            store.Health.Damages.Should().BeEmpty();
            store.Health.Failure.Should().BeNull();
        }
        await using ReplicaStore again = ReplicaStore.Open(Replica.Folder, options, TimeProvider.System, files).Value;
        for (int shard = 1; shard <= shards; shard++)
        {
            again.Blocks.CommittedHeight((uint)shard).Should().Be(2 * heights);
            again.State((uint)shard).AppliedHeight.Should().Be(2 * heights);
            again.State((uint)shard).Scan(default).Should().HaveCount(2 * heights);
            again.Tree((uint)shard).Size.Should().Be(2 * heights);
            again.Votes.Live.Count(record => record.Shard == shard).Should().Be(9);
        }
        again.Health.Damages.Should().BeEmpty();
    }
}
