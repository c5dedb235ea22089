using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Storage.Trees;

namespace HealthLedger.Storage.Tests;

public class TreeStoreTests
{
    [Fact]
    public async Task Proofs_tiles_and_roots_at_any_size_are_those_of_a_tree_in_memory()
    {
        Random random = new(9);
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        const int leaves = 70_000;
        Hash32[] all = Replica.Leaves(0, leaves);
        MemoryTree expected = new(all);
        for (int at = 0; at < leaves;)
        {
            int count = Math.Min(leaves - at, random.Next(1, 900));
            store.Tree(2).Append(all.AsSpan(at, count));
            at += count;
            if (random.Next(3) == 0) store.Background.RunPending();
        }
        for (int restart = 0; restart < 2; restart++)
        {
            TreeStore tree = store.Tree(2);
            tree.Size.Should().Be(leaves);
            tree.Root.Should().Be(expected.Root());
            for (int i = 0; i < 200; i++)
            {
                ulong size = (ulong)random.Next(1, leaves + 1), index = (ulong)random.NextInt64((long)size), old = (ulong)random.NextInt64(1, (long)size + 1);
                tree.RootAt(size).Should().Be(MerkleTree.Root(all.AsSpan(0, (int)size)));
                tree.InclusionPath(index, size).Should().Equal(TreeProof.Inclusion(expected, index, size));
                tree.ConsistencyPath(old, size).Should().Equal(TreeProof.Consistency(expected, old, size));
                tree.LeafHash(index).Should().Be(all[(int)index]);
            }
            tree.Read(new Tile(1, 0, 100)).Length.Should().Be(100 * Hash32.Length);
            FluentActions.Invoking(() => tree.Read(new Tile(1, 1, 200))).Should().Throw<ArgumentException>();
            await store.DisposeAsync();
            store = Replica.Open(files, 2);
        }
        await store.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(700)]
    [InlineData(4_999)]
    public async Task A_tree_that_was_cut_back_grows_differently_from_there(int size)
    {
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        store.Tree(1).Append(Replica.Leaves(0, 5_000));
        store.Tree(1).Truncate((ulong)size);
        store.Tree(1).Root.Should().Be(MerkleTree.Root(Replica.Leaves(0, size)));
        Hash32[] other = [.. Replica.Leaves(0, size), .. Replica.Leaves(100_000, 3_000)];
        store.Tree(1).Append(other.AsSpan(size));
        for (int restart = 0; restart < 2; restart++)
        {
            store.Tree(1).Root.Should().Be(MerkleTree.Root(other));
            store.Tree(1).InclusionPath(3, (ulong)other.Length).Should().Equal(new MemoryTree(other).Inclusion(3));
            store.Health.Damages.Should().BeEmpty();
            await store.DisposeAsync();
            store = Replica.Open(files, 2);
        }
        await store.DisposeAsync();
    }
}
