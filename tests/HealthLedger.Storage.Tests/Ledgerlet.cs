using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Blocks;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;

namespace HealthLedger.Storage.Tests;

/// <summary>A small ledger whose every byte is known, written into a store and compared with what the store answers.</summary>
internal sealed class Ledgerlet(int heights)
{
    private const uint Shard = 1;
    private readonly Dictionary<Hash32, byte[]> _objects = [];

    private readonly Dictionary<int, byte[]> _known = [];
    private readonly Dictionary<ulong, MemoryTree> _trees = [];

    public const int LeavesPerBlock = 40;

    public async Task WriteAsync(ReplicaStore store)
    {
        for (int height = 1; height <= heights; height++)
        {
            byte[] ciphertext = Known(1000 + height, 200), key = Known(2000 + height, 50);
            _objects[store.Objects.Put(ciphertext)] = ciphertext;
            _objects[store.Keys.Put(key)] = key;
            store.Blocks.Append(Shard, (ulong)height, Replica.Hash(height), Known(height, 900));
            store.Votes.Append(Shard, 1, (ulong)height, Replica.Hash(height).Bytes);
            store.Votes.Append(Shard, 2, 0, BitConverter.GetBytes(height));
            await store.FlushAsync();
            store.Blocks.Commit(Shard, (ulong)height, Replica.Hash(height), (ulong)(height * LeavesPerBlock), Known(3000 + height, 100));
            await store.FlushAsync();
            store.State(Shard).Apply((ulong)height, ChangesAt(height));
            store.Tree(Shard).Append(Replica.Leaves((height - 1) * LeavesPerBlock, LeavesPerBlock));
            store.Background.RunPending();
        }
        store.Objects.MarkNamed([.. _objects.Keys]);
        await store.FlushAsync();
    }

    /// <summary>Reads everything; the places where the store did not answer. A wrong answer fails the test.</summary>
    public List<string> Read(ReplicaStore store)
    {
        List<string> missing = [];
        ulong votes = 0;
        foreach (var record in store.Votes.Live.Where(record => record.Kind == 1))
        {
            Check(record.Bytes.Span.SequenceEqual(Replica.Hash((int)record.Slot).Bytes), "vote");
            votes++;
        }
        if (votes != (ulong)heights) missing.Add("votes");
        if (store.Votes.Live.Where(record => record.Kind == 2).Select(record => BitConverter.ToInt32(record.Bytes.Span)).SingleOrDefault() != heights) missing.Add("lock");
        for (int height = 1; height <= heights; height++)
        {
            if (store.Blocks.TryRead(Replica.Hash(height)) is { } block) Check(block.Bytes.Span.SequenceEqual(Known(height, 900)) && block.Height == (ulong)height, "block");
            else missing.Add($"block {height}");
            if (store.Blocks.Committed(Shard, (ulong)height) is { } commit) Check(commit == new CommittedBlock(Shard, (ulong)height, Replica.Hash(height), (ulong)(height * LeavesPerBlock)), "commit");
            else missing.Add($"commit {height}");
            if (store.Blocks.Certificate(Shard, (ulong)height) is { } certificate) Check(certificate.Span.SequenceEqual(Known(3000 + height, 100)), "certificate");
            else missing.Add($"certificate {height}");
        }
        foreach ((Hash32 name, byte[] bytes) in _objects)
        {
            if ((store.Objects.TryGet(name) ?? store.Keys.TryGet(name)) is { } read) Check(read.Span.SequenceEqual(bytes), "object");
            else missing.Add($"object {name}");
        }
        ReadState(store, missing);
        ReadTree(store, missing);
        return missing;
    }

    /// <summary>Brings back what the store reported missing, as a peer would.</summary>
    public async Task HealAsync(ReplicaStore store)
    {
        foreach ((Hash32 name, byte[] bytes) in _objects)
            if (bytes.Length == 200) store.Objects.Put(bytes);
            else store.Keys.Put(bytes);
        for (int height = 1; height <= heights; height++)
        {
            store.Blocks.Append(Shard, (ulong)height, Replica.Hash(height), Known(height, 900));
            if (store.Blocks.Certificate(Shard, (ulong)height) is null)
                store.Blocks.Commit(Shard, (ulong)height, Replica.Hash(height), (ulong)(height * LeavesPerBlock), Known(3000 + height, 100));
        }
        await store.FlushAsync();
        StateStore state = store.State(Shard);
        try
        {
            state.Scan(default).Count();
        }
        catch (StateDamagedException)
        {
            state.Clear();
        }
        for (int height = (int)(state.AppliedHeight ?? 0) + 1; height <= heights; height++) state.Apply((ulong)height, ChangesAt(height));
        TreeStore tree = store.Tree(Shard);
        if (tree.Size < (ulong)(heights * LeavesPerBlock)) tree.Append(Replica.Leaves((int)tree.Size, heights * LeavesPerBlock - (int)tree.Size));
        for (ulong index = 0; index < tree.Size; index++)
        {
            try
            {
                tree.LeafHash(index);
            }
            catch (TreeDamagedException damage)
            {
                tree.Heal(damage.Tile, Replica.Leaves((int)damage.Tile.First.Index, Tile.FullWidth)).Should().BeTrue();
            }
        }
    }

    private void ReadState(ReplicaStore store, List<string> missing)
    {
        try
        {
            ulong applied = store.State(Shard).AppliedHeight ?? 0;
            if (applied != (ulong)heights) missing.Add("state height");
            SortedDictionary<string, string> expected = [];
            for (int height = 1; height <= (int)applied; height++)
                foreach (RowChange change in ChangesAt(height)) expected[Convert.ToHexString(change.Key.Span)] = Convert.ToHexString(change.Value!.Value.Span);
            var rows = store.State(Shard).Scan(default).Select(row => KeyValuePair.Create(Convert.ToHexString(row.Key.Span), Convert.ToHexString(row.Value.Span)));
            Check(rows.SequenceEqual(expected), "state");
            foreach ((string key, string value) in expected)
                Check(store.State(Shard).TryGet(Convert.FromHexString(key), out ReadOnlyMemory<byte> read) && Convert.ToHexString(read.Span) == value, "row");
        }
        catch (StateDamagedException)
        {
            missing.Add("state");
        }
    }

    private void ReadTree(ReplicaStore store, List<string> missing)
    {
        TreeStore tree = store.Tree(Shard);
        Check(tree.Root == TreeOf(tree.Size).Root(), "root");
        if (tree.Size != (ulong)(heights * LeavesPerBlock)) missing.Add("tree size");
        MemoryTree expected = TreeOf(tree.Size);
        for (ulong index = 0; index < tree.Size; index += 97)
        {
            try
            {
                Check(tree.InclusionPath(index, tree.Size).SequenceEqual(expected.Inclusion(index)), "path");
            }
            catch (TreeDamagedException)
            {
                missing.Add($"path {index}");
            }
        }
    }

    private List<RowChange> ChangesAt(int height) =>
        [.. Enumerable.Range(0, 6).Select(i => new RowChange((byte[])[(byte)'k', (byte)(height * 7 + i * 31), (byte)i], Known(10_000 + height * 100 + i, 30)))];

    private MemoryTree TreeOf(ulong size) => _trees.TryGetValue(size, out MemoryTree? tree) ? tree : _trees[size] = new MemoryTree(Replica.Leaves(0, (int)size));

    private byte[] Known(int seed, int length) => _known.TryGetValue(seed, out byte[]? bytes) ? bytes : _known[seed] = Replica.Bytes(seed, length);

    private static void Check(bool right, string what)
    {
        if (!right) Assert.Fail($"The store gave a wrong {what}.");
    }
}
