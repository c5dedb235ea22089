using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Blocks;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Votes;

namespace HealthLedger.Storage.Tests;

public class CrashTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_a_power_cut_at_any_operation_everything_answered_is_there(int seed)
    {
        Random random = new(seed);
        SimulatedFiles files = new();
        Journal journal = new();
        for (int life = 0; life < 24; life++)
        {
            ReplicaStore? store = null;
            try
            {
                if (life % 6 != 5) files.StopAt = files.Operations + random.Next(1, 400);
                store = ReplicaStore.Open(Replica.Folder, Replica.Options(seed * 1000 + life), TimeProvider.System, files) is { IsOk: true } opened ? opened.Value : null;
                if (store is not null)
                {
                    journal.Check(store, random);
                    for (int step = 0; step < 25; step++) await journal.StepAsync(store, random);
                    if (life % 6 == 5) await store.DisposeAsync();
                }
            }
            catch (IOException)
            {
                // The power went; what was answered until then is in the journal.
            }
            if (store is not null) await store.AbandonAsync();
            files.Crash(random);
        }
        ReplicaStore last = Replica.Open(files, seed);
        journal.Check(last, random);
        journal.Heights.Should().BeGreaterThan(40);
        await last.DisposeAsync();
    }

    /// <summary>What a replica answered, and so what every later life must know.</summary>
    private sealed class Journal
    {
        private const uint Shard = 1;
        private readonly Dictionary<ulong, byte[]> _votes = [];
        private readonly Dictionary<Hash32, byte[]> _objects = [];
        private readonly HashSet<Hash32> _erased = [];
        private ulong _height;

        /// <summary>The lock that was answered, and the one that was on its way.</summary>
        private List<int> _locks = [];

        public ulong Heights => _height;

        public async Task StepAsync(ReplicaStore store, Random random)
        {
            ulong height = _height + 1;
            List<(ulong, byte[])> blocks = [];
            for (int i = random.Next(1, 4); i > 0; i--, height++) blocks.Add((height, Replica.Bytes((int)height, 20 + (int)(height * 7919 % 6000))));
            byte[] ciphertext = Replica.Bytes(random.Next(), random.Next(1, 3_000));
            int lockValue = random.Next();
            Hash32 name = store.Keys.Put(ciphertext);
            foreach ((ulong at, byte[] bytes) in blocks)
            {
                store.Blocks.Append(Shard, at, Replica.Hash((int)at), bytes);
                store.Votes.Append(Shard, 1, at, Replica.Hash((int)at).Bytes);
            }
            store.Votes.Append(Shard, 2, 0, BitConverter.GetBytes(lockValue));
            _locks = [.. _locks.TakeLast(1), lockValue];
            await store.FlushAsync();
            foreach ((ulong at, byte[] bytes) in blocks) _votes[at] = bytes;
            _objects[name] = ciphertext;
            _locks = [lockValue];
            foreach ((ulong at, _) in blocks) store.Blocks.Commit(Shard, at, Replica.Hash((int)at), at * 5, Replica.Bytes((int)at, 300));
            if (_height > 20) store.Votes.Release(Shard, 1, _height - 20);
            await store.FlushAsync();
            foreach ((ulong at, _) in blocks)
            {
                _height = at;
                ApplyTo(store, at);
                if (at % 16 == 0) store.State(Shard).TakeSnapshot();
            }
            store.Background.RunPending();
            if (random.Next(10) == 0 && _objects.Count > 3)
            {
                Hash32 gone = _objects.Keys.First();
                _objects.Remove(gone);
                (await store.Keys.EraseAsync(gone)).Should().BeTrue();
                _erased.Add(gone);
            }
        }

        public void Check(ReplicaStore store, Random random)
        {
            store.Health.MayVote.Should().BeTrue();
            store.Health.Damages.Where(damage => damage.Outcome == DamageOutcome.Open && damage.Kind is not (DamageKind.Block or DamageKind.Key)).Should().BeEmpty();
            IReadOnlyList<VoteRecord> live = store.Votes.Live;
            // A vote that was on its way may have been made durable; it may not be an older one.
            foreach (ulong height in _votes.Keys.Where(height => height > Math.Max(20, _height) - 20))
                live.Should().Contain(record => record.Kind == 1 && record.Slot == height);
            if (_height > 0) _locks.Should().Contain(BitConverter.ToInt32(live.Single(record => record.Kind == 2).Bytes.Span));
            foreach ((ulong height, byte[] bytes) in _votes) store.Blocks.TryRead(Replica.Hash((int)height))!.Bytes.Span.SequenceEqual(bytes).Should().BeTrue();
            for (ulong height = 1; height <= _height; height++)
            {
                store.Blocks.Committed(Shard, height).Should().Be(new CommittedBlock(Shard, height, Replica.Hash((int)height), height * 5));
                store.Blocks.Certificate(Shard, height)!.Value.Span.SequenceEqual(Replica.Bytes((int)height, 300)).Should().BeTrue();
            }
            if (_height > 0) store.Blocks.FindLeaf(Shard, _height * 5 - 1)!.Value.Height.Should().Be(_height);
            foreach ((Hash32 name, byte[] bytes) in _objects) store.Keys.TryGet(name)!.Value.Span.SequenceEqual(bytes).Should().BeTrue();
            foreach (Hash32 name in _erased) store.Keys.TryGet(name).Should().BeNull();
            CheckState(store);
            CheckTree(store);
            // The commit that was on its way when the power went counts as well, if it is there.
            _height = Math.Max(_height, store.Blocks.CommittedHeight(Shard) ?? 0);
            for (ulong height = (store.State(Shard).AppliedHeight ?? 0) + 1; height <= _height; height++) ApplyTo(store, height);
            foreach (ulong height in Enumerable.Range(1, (int)_height).Select(at => (ulong)at))
                if (!_votes.ContainsKey(height)) _votes[height] = store.Blocks.TryRead(Shard, height)!.Bytes.ToArray();
        }

        private void CheckState(ReplicaStore store)
        {
            ulong applied = store.State(Shard).AppliedHeight ?? 0;
            applied.Should().BeLessThanOrEqualTo(Math.Max(_height, store.Blocks.CommittedHeight(Shard) ?? 0));
            Dictionary<string, int> expected = StateAt(applied);
            store.State(Shard).Scan(default).ToDictionary(row => Convert.ToHexString(row.Key.Span), row => BinaryPrimitives.ReadInt32BigEndian(row.Value.Span))
                .Should().BeEquivalentTo(expected);
            foreach (ulong height in Enumerable.Range(0, (int)_height).Select(at => (ulong)at).Where(at => at % 16 == 0 && at > 0))
            {
                if (store.State(Shard).OpenSnapshot(height) is not { } snapshot) continue;
                snapshot.Rows().ToDictionary(row => Convert.ToHexString(row.Key.Span), row => BinaryPrimitives.ReadInt32BigEndian(row.Value.Span))
                    .Should().BeEquivalentTo(StateAt(height));
            }
        }

        private static void CheckTree(ReplicaStore store)
        {
            ulong size = store.Tree(Shard).Size;
            store.Tree(Shard).Root.Should().Be(MerkleTree.Root(Replica.Leaves(0, (int)size)));
        }

        private void ApplyTo(ReplicaStore store, ulong height)
        {
            store.State(Shard).Apply(height, ChangesAt(height));
            ulong size = store.Tree(Shard).Size, end = height * 5;
            if (size < end) store.Tree(Shard).Append(Replica.Leaves((int)size, (int)(end - size)));
        }

        private static List<RowChange> ChangesAt(ulong height)
        {
            Random random = new((int)height);
            List<RowChange> changes = [];
            for (int i = 0; i < 8; i++)
            {
                byte[] key = [(byte)'k', (byte)random.Next(60)];
                byte[] value = new byte[4 + random.Next(40)];
                BinaryPrimitives.WriteInt32BigEndian(value, random.Next());
                changes.Add(new RowChange(key, random.Next(4) == 0 ? default(ReadOnlyMemory<byte>?) : value));
            }
            return changes;
        }

        private static Dictionary<string, int> StateAt(ulong height)
        {
            Dictionary<string, int> state = [];
            for (ulong at = 1; at <= height; at++)
            {
                foreach (RowChange change in ChangesAt(at))
                {
                    if (change.Value is { } value) state[Convert.ToHexString(change.Key.Span)] = BinaryPrimitives.ReadInt32BigEndian(value.Span);
                    else state.Remove(Convert.ToHexString(change.Key.Span));
                }
            }
            return state;
        }
    }
}
