namespace HealthLedger.Storage.Votes;

/// <summary>The records that still count: the newest of each (shard, kind, slot), less what was released.</summary>
internal sealed class VoteTable
{
    private readonly Dictionary<(uint Shard, byte Kind), SortedDictionary<ulong, VoteRecord>> _slots = [];

    public int Count => _slots.Values.Sum(slots => slots.Count);

    public IEnumerable<VoteRecord> Records => _slots.Values.SelectMany(slots => slots.Values).OrderBy(record => record.Sequence);

    public void Apply(in VoteRecord record)
    {
        if (record.Kind == VoteBatch.Release)
        {
            if (!_slots.TryGetValue((record.Shard, record.Bytes.Span[0]), out SortedDictionary<ulong, VoteRecord>? released)) return;
            foreach (ulong slot in released.Keys.TakeWhile(Below(record.Slot)).ToList()) released.Remove(slot);
            return;
        }
        if (!_slots.TryGetValue((record.Shard, record.Kind), out SortedDictionary<ulong, VoteRecord>? slots))
            _slots[(record.Shard, record.Kind)] = slots = [];
        slots[record.Slot] = record;

        static Func<ulong, bool> Below(ulong bound) => slot => slot < bound;
    }
}
