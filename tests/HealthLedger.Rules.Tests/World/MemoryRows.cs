using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Tests.World;

/// <summary>Rows in a sorted list for scans, with a dictionary beside it for lookups: the simplest store there is.</summary>
internal sealed class MemoryRows : IRowReader
{
    private readonly SortedList<byte[], byte[]> _rows = new(RowBytesComparer.Instance);
    private readonly Dictionary<byte[], byte[]> _byKey = new(RowBytesComparer.Instance);

    public int Count => _rows.Count;

    public IEnumerable<Row> All => _rows.Select(row => new Row(row.Key, row.Value));

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        bool found = _byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out byte[]? bytes);
        value = bytes;
        return found;
    }

    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default)
    {
        ReadOnlyMemory<byte> start = after.IsEmpty || after.Span.SequenceCompareTo(prefix.Span) < 0 ? prefix : after;
        for (int i = LowerBound(start.Span); i < _rows.Count; i++)
        {
            byte[] key = _rows.GetKeyAtIndex(i);
            if (!key.AsSpan().StartsWith(prefix.Span)) yield break;
            if (after.IsEmpty || key.AsSpan().SequenceCompareTo(after.Span) > 0) yield return new Row(key, _rows.GetValueAtIndex(i));
        }
    }

    public void Apply(IEnumerable<RowChange> changes)
    {
        foreach (RowChange change in changes)
        {
            byte[] key = change.Key.ToArray();
            if (change.Value is { } value)
            {
                _rows[key] = _byKey[key] = value.ToArray();
                continue;
            }
            _rows.Remove(key);
            _byKey.Remove(key);
        }
    }

    public void Add(Row row) => Apply([new RowChange(row.Key, row.Value)]);

    private int LowerBound(ReadOnlySpan<byte> key)
    {
        int low = 0, high = _rows.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_rows.GetKeyAtIndex(middle).AsSpan().SequenceCompareTo(key) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
