using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Objects;

namespace HealthLedger.Storage.Tests;

public class ReplicaStoreTests
{
    [Fact]
    public async Task Everything_flushed_is_there_after_a_clean_restart_on_a_real_disk()
    {
        string folder = Directory.CreateTempSubdirectory("healthledger-store").FullName;
        try
        {
            Hash32 name;
            await using (ReplicaStore store = ReplicaStore.Open(folder, new StorageOptions(), TimeProvider.System).Value)
            {
                store.Health.Total.Should().Be(0);
                name = store.Objects.Put("ciphertext"u8);
                store.Blocks.Append(1, 1, Replica.Hash(1), Replica.Bytes(1, 100_000));
                store.Votes.Append(1, 7, 1, "vote"u8);
                await store.FlushAsync();
                store.Blocks.Commit(1, 1, Replica.Hash(1), 3, "certificate"u8.ToArray());
                await store.FlushAsync();
                store.State(1).Apply(1, [new RowChange("k"u8.ToArray(), "v"u8.ToArray())]);
                store.Tree(1).Append(Replica.Leaves(0, 3));
            }
            await using (ReplicaStore store = ReplicaStore.Open(folder, new StorageOptions(), TimeProvider.System).Value)
            {
                store.Health.Damages.Should().BeEmpty();
                store.Health.MayVote.Should().BeTrue();
                store.Objects.TryGet(name)!.Value.ToArray().Should().Equal("ciphertext"u8.ToArray());
                store.Blocks.TryRead(1, 1)!.Bytes.ToArray().Should().Equal(Replica.Bytes(1, 100_000));
                Encoding.ASCII.GetString(store.Blocks.Certificate(1, 1)!.Value.Span).Should().Be("certificate");
                store.Votes.Live.Should().ContainSingle(record => record.Kind == 7 && record.Slot == 1);
                store.State(1).AppliedHeight.Should().Be(1);
                store.State(1).TryGet("k"u8, out ReadOnlyMemory<byte> value).Should().BeTrue();
                value.ToArray().Should().Equal("v"u8.ToArray());
                store.Tree(1).Size.Should().Be(3);
                store.Tree(1).Root.Should().Be(MerkleTree.Root(Replica.Leaves(0, 3)));
                ReplicaStore.Open(folder, new StorageOptions(), TimeProvider.System).Fault.Code.Should().Be(FaultCode.StoreLocked);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_failed_flush_ends_the_store_for_ever()
    {
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        StoreFailedException? heard = null;
        store.StoreFailed += failure => heard = failure;
        store.Votes.Append(1, 1, 1, "vote"u8);
        await store.FlushAsync();
        files.StopAt = files.Operations + 1;
        store.Votes.Append(1, 1, 2, "vote"u8);
        await FluentActions.Awaiting(() => store.FlushAsync().AsTask()).Should().ThrowAsync<StoreFailedException>();
        files.StopAt = long.MaxValue;
        await FluentActions.Awaiting(() => store.FlushAsync().AsTask()).Should().ThrowAsync<StoreFailedException>();
        heard.Should().NotBeNull();
        store.Health.Failure.Should().Be(heard);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_never_voted_may_vote_after_a_restart_even_when_its_creation_was_cut_short()
    {
        for (int operations = 1; operations < 60; operations++)
        {
            SimulatedFiles files = new() { StopAt = operations };
            if (ReplicaStore.Open(Replica.Folder, Replica.Options(1), TimeProvider.System, files) is { IsOk: true } opened) await opened.Value.AbandonAsync();
            files.Crash(new Random(operations));
            ReplicaStore store = Replica.Open(files);
            store.Health.MayVote.Should().BeTrue();
            store.Health.OpenCount.Should().Be(0);
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_staged_can_be_read_before_it_is_durable()
    {
        await using ReplicaStore store = Replica.Open(new SimulatedFiles());
        byte[] block = Replica.Bytes(5, 5_000);
        store.Blocks.Append(2, 9, Replica.Hash(9), block);
        store.Blocks.TryRead(Replica.Hash(9))!.Bytes.ToArray().Should().Equal(block);
        Hash32[] names = await store.Keys.PutManyAsync([new byte[] { 1, 2 }, new byte[] { 3 }]);
        store.Keys.Has(names[1]).Should().BeTrue();
        store.Keys.TryGet(names[0])!.Value.ToArray().Should().Equal(1, 2);
        names[0].Should().Be(ObjectVault.NameOf([1, 2]));
    }
}
