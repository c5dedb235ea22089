using HealthLedger.Protocol.State;

namespace HealthLedger.Rules.State;

/// <summary>
/// Rows with changes laid over others: the working state of one block, over that of its parent. It keeps the order in which keys were first
/// changed; a key changed several times is one change, with its last value. Changes can be taken back to a mark, so that a refused
/// atomic statement leaves nothing. One writer; any number of readers once the block is executed. Costs: a lookup is one dictionary
/// access for each overlay down to the row; a scan sorts the overlay's rows of that prefix, found in log n in the tables that the rules scan,
/// and by a pass over all changes in the others.
/// </summary>
public sealed class OverlayRows : IRowReader
{
    private readonly record struct Slot(byte[] Key, byte[]? Value);

    private readonly record struct Undo(int Slot, byte[]? Value);

    private readonly List<Slot> _slots = [];
    private readonly Dictionary<byte[], int> _index = new(RowBytesComparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _find;
    private readonly SortedSet<byte[]> _ordered = new(RowBytesComparer.Instance);
    private readonly List<Undo> _undo = [];
    private volatile IRowReader _below;
    private int _marked = -1;

    /// <summary>An overlay without changes.</summary>
    public OverlayRows(IRowReader below)
    {
        _below = below;
        _find = _index.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>An overlay with the changes of a block that was executed before.</summary>
    public OverlayRows(IRowReader below, IReadOnlyList<RowChange> changes)
        : this(below)
    {
        foreach (RowChange change in changes) Set(change.Key.Span, change.Value?.ToArray());
    }

    /// <summary>What lies below. May be exchanged for rows that give the same answers, once the blocks below are in the store.</summary>
    public IRowReader Below
    {
        get => _below;
        set => _below = value;
    }

    /// <summary>Rows changed so far.</summary>
    public int Count => _slots.Count;

    /// <summary>The changes, each key once, in the order of its first change.</summary>
    public IReadOnlyList<RowChange> Changes()
    {
        RowChange[] changes = new RowChange[_slots.Count];
        for (int i = 0; i < changes.Length; i++)
            changes[i] = new RowChange(_slots[i].Key, _slots[i].Value is { } value ? (ReadOnlyMemory<byte>?)value : null);
        return changes;
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        if (!_find.TryGetValue(key, out int slot)) return _below.TryGet(key, out value);
        byte[]? own = _slots[slot].Value;
        value = own;
        return own is not null;
    }

    /// <inheritdoc/>
    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default)
    {
        List<Slot> own = Own(prefix.Span, after.Span);
        return own.Count == 0 ? _below.Scan(prefix, after) : Merge(own, _below.Scan(prefix, after));
    }

    internal void Put(in RowKey key, byte[] value) => Set(key.Span, value);

    internal void Remove(in RowKey key) => Set(key.Span, null);

    internal bool TryGet(in RowKey key, out ReadOnlySpan<byte> value)
    {
        bool found = TryGet(key.Span, out ReadOnlyMemory<byte> memory);
        value = memory.Span;
        return found;
    }

    internal bool Contains(in RowKey key) => TryGet(key.Span, out _);

    /// <summary>From here on, changes can be taken back.</summary>
    internal void Mark()
    {
        _undo.Clear();
        _marked = _slots.Count;
    }

    /// <summary>Takes back every change since the mark.</summary>
    internal void Rollback()
    {
        for (int i = _undo.Count - 1; i >= 0; i--) _slots[_undo[i].Slot] = _slots[_undo[i].Slot] with { Value = _undo[i].Value };
        for (int i = _slots.Count - 1; i >= _marked; i--)
        {
            byte[] key = _slots[i].Key;
            _index.Remove(key);
            if (IsScanned(key)) _ordered.Remove(key);
            _slots.RemoveAt(i);
        }
        Unmark();
    }

    /// <summary>Changes can no longer be taken back.</summary>
    internal void Unmark()
    {
        _undo.Clear();
        _marked = -1;
    }

    private void Set(ReadOnlySpan<byte> key, byte[]? value)
    {
        if (_find.TryGetValue(key, out int slot))
        {
            if (slot < _marked) _undo.Add(new Undo(slot, _slots[slot].Value));
            _slots[slot] = _slots[slot] with { Value = value };
            return;
        }
        byte[] own = key.ToArray();
        _index.Add(own, _slots.Count);
        _slots.Add(new Slot(own, value));
        if (IsScanned(own)) _ordered.Add(own);
    }

    /// <summary>The tables that the rules themselves scan while they build a block.</summary>
    private static bool IsScanned(ReadOnlySpan<byte> key) => (Table)key[0] is Table.StatementExpiry or Table.Segment or Table.GrantLive;

    private List<Slot> Own(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after)
    {
        List<Slot> own = [];
        if (_slots.Count == 0) return own;
        if (!prefix.IsEmpty && IsScanned(prefix))
        {
            if (_ordered.Count == 0) return own;
            byte[] last = [.. prefix, .. Enumerable.Repeat((byte)0xff, RowKey.LengthMax)];
            foreach (byte[] key in _ordered.GetViewBetween(prefix.ToArray(), last))
                if (after.IsEmpty || key.AsSpan().SequenceCompareTo(after) > 0) own.Add(_slots[_index[key]]);
            return own;
        }
        foreach (Slot slot in _slots)
            if (slot.Key.AsSpan().StartsWith(prefix) && (after.IsEmpty || slot.Key.AsSpan().SequenceCompareTo(after) > 0)) own.Add(slot);
        own.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        return own;
    }

    private static IEnumerable<Row> Merge(List<Slot> own, IEnumerable<Row> below)
    {
        int next = 0;
        foreach (Row row in below)
        {
            int order = -1;
            while (next < own.Count && (order = own[next].Key.AsSpan().SequenceCompareTo(row.Key.Span)) < 0)
                if (own[next++] is { Value: { } value } slot) yield return new Row(slot.Key, value);
            if (next < own.Count && order == 0)
            {
                if (own[next++] is { Value: { } value } slot) yield return new Row(slot.Key, value);
            }
            else
            {
                yield return row;
            }
        }
        for (; next < own.Count; next++)
            if (own[next] is { Value: { } value } slot) yield return new Row(slot.Key, value);
    }
}
