using HealthLedger.Protocol.State;

namespace HealthLedger.Client.Tests.World;

/// <summary>Rows in a sorted set: the simplest store there is.</summary>
internal sealed class MemoryRows : IRowReader
{
    private readonly SortedDictionary<byte[], byte[]> _rows = new(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        bool found = _rows.TryGetValue(key.ToArray(), out byte[]? bytes);
        value = bytes;
        return found;
    }

    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default) =>
        [.. from row in _rows
            where row.Key.AsSpan().StartsWith(prefix.Span) && (after.IsEmpty || row.Key.AsSpan().SequenceCompareTo(after.Span) > 0)
            select new Row(row.Key, row.Value)];

    public void Apply(IEnumerable<RowChange> changes)
    {
        foreach (RowChange change in changes)
        {
            if (change.Value is { } value) _rows[change.Key.ToArray()] = value.ToArray();
            else _rows.Remove(change.Key.ToArray());
        }
    }

    public void Add(Row row) => _rows.Add(row.Key.ToArray(), row.Value.ToArray());
}
