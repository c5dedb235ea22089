using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.State;

namespace HealthLedger.Storage.Tests;

public class StateStoreTests
{
    [Fact]
    public void Rows_are_those_of_a_plain_dictionary_whatever_was_changed_scanned_or_written_in_between()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Random random = new(seed);
            ReplicaStore store = Replica.Open(new SimulatedFiles(), seed);
            StateStore state = store.State(3);
            SortedDictionary<byte[], byte[]> model = new(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));
            for (ulong height = 1; height < 60; height++)
            {
                List<RowChange> changes = [];
                for (int i = random.Next(12); i > 0; i--)
                {
                    byte[] key = Key(random), value = Replica.Bytes(random.Next(), random.Next(60));
                    bool remove = random.Next(5) == 0;
                    changes.Add(new RowChange(key, remove ? default(ReadOnlyMemory<byte>?) : value));
                    if (remove) model.Remove(key);
                    else model[key] = value;
                }
                state.Apply(height, changes);
                if (random.Next(4) == 0) store.Background.RunPending();
                byte[] wanted = Key(random), prefix = Key(random)[..1], after = random.Next(2) == 0 ? [] : Key(random);
                state.TryGet(wanted, out ReadOnlyMemory<byte> read).Should().Be(model.TryGetValue(wanted, out byte[]? expected));
                read.ToArray().Should().Equal(expected ?? []);
                state.Scan(prefix, after).Select(row => Convert.ToHexString(row.Key.Span)).Should().Equal(model.Keys
                    .Where(key => key.AsSpan().StartsWith(prefix) && (after.Length == 0 || key.AsSpan().SequenceCompareTo(after) > 0)).Select(Convert.ToHexString));
            }
            state.Scan(default).Select(row => Convert.ToHexString(row.Value.Span)).Should().Equal(model.Values.Select(Convert.ToHexString));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public async Task A_snapshot_keeps_its_rows_while_the_state_goes_on_and_after_a_restart()
    {
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        for (ulong height = 1; height <= 40; height++) store.State(1).Apply(height, [Row((int)height % 10, (int)height)]);
        StateSnapshot snapshot = store.State(1).TakeSnapshot();
        string[] then = [.. snapshot.Rows().Select(row => Convert.ToHexString(row.Value.Span))];
        for (ulong height = 41; height <= 900; height++)
        {
            store.State(1).Apply(height, [Row((int)height % 100, (int)height)]);
            store.Background.RunPending();
        }
        snapshot.Height.Should().Be(40);
        snapshot.Rows().Select(row => Convert.ToHexString(row.Value.Span)).Should().Equal(then);
        await store.DisposeAsync();
        store = Replica.Open(files, 2);
        store.State(1).AppliedHeight.Should().Be(900);
        store.State(1).OpenSnapshot(40)!.Rows().Select(row => Convert.ToHexString(row.Value.Span)).Should().Equal(then);
        store.State(1).ReleaseSnapshots(41);
        store.State(1).OpenSnapshot(40).Should().BeNull();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_state_is_replaced_whole_by_a_snapshot_from_elsewhere()
    {
        SimulatedFiles files = new();
        ReplicaStore store = Replica.Open(files);
        store.State(1).Apply(5, [Row(1, 1), Row(2, 2)]);
        store.State(1).ReplaceFrom(70, Enumerable.Range(0, 3000).Select(i => new Row(BitConverter.GetBytes(i), Replica.Bytes(i, 20))));
        await store.AbandonAsync();
        store = Replica.Open(files, 2);
        store.State(1).AppliedHeight.Should().Be(70);
        store.State(1).Scan(default).Count().Should().Be(3000);
        store.State(1).TryGet(Row(2, 2).Key.Span, out _).Should().BeFalse();
        FluentActions.Invoking(() => store.State(1).Apply(70, [])).Should().Throw<ArgumentException>();
        await store.DisposeAsync();
    }

    private static RowChange Row(int key, int value) => new(new byte[] { (byte)'r', (byte)key, 7 }, Replica.Bytes(value, 40));

    private static byte[] Key(Random random)
    {
        byte[] key = new byte[random.Next(1, 14)];
        for (int i = 0; i < key.Length; i++) key[i] = (byte)random.Next(3);
        return key;
    }
}
