using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Storage.Snapshots.Memory;

/// <summary>Snapshots and sets in this process, for nodes without a database. Bounded: of too many snapshots the ones put longest ago go.</summary>
/// <param name="bytesMax">Bytes of snapshots held at most.</param>
public sealed class MemoryDatabase(long bytesMax = 64L << 20) : ICacheDatabase
{
    private readonly Id16 _identity = new(RandomNumberGenerator.GetBytes(Id16.Length));
    private readonly Lock _gate = new();
    private readonly Dictionary<RowPlace, (LinkedListNode<RowPlace> Age, SnapshotRow Row, long Put)> _rows = [];
    private readonly LinkedList<RowPlace> _ages = new();
    private readonly SortedSet<(long Due, Hash32 Key, RowPlace Place)> _due = new(Comparer<(long Due, Hash32 Key, RowPlace Place)>.Create(Compare));
    private readonly Dictionary<(Hash32, Hash32), long> _members = [];
    private long _bytes;

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public ValueTask<Result<Id16>> MigrateAsync(CancellationToken cancel) => new(_identity);

    /// <inheritdoc/>
    public ValueTask<SnapshotRow?> GetAsync(RowPlace place, CancellationToken cancel)
    {
        lock (_gate) return new(_rows.TryGetValue(place, out var held) ? held.Row : null);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<SnapshotChange> changes, long now, CancellationToken cancel)
    {
        lock (_gate)
        {
            foreach (SnapshotChange change in changes)
            {
                Remove(change.Place);
                if (change.Row is not { } row) continue;
                _rows[change.Place] = (_ages.AddLast(change.Place), row, now);
                if (row.Due is { } due) _due.Add((due, change.Place.Key, change.Place));
                _bytes += change.Weight;
            }
            while (_bytes > bytesMax && _ages.First is { } oldest) Remove(oldest.Value);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SnapshotRow>> ListDueAsync(Hash32 owner, SnapshotKind kind, long until, DueCursor after, int limit, CancellationToken cancel)
    {
        List<SnapshotRow> found = [];
        lock (_gate)
        {
            foreach ((long due, Hash32 key, RowPlace place) in _due)
            {
                if (due > until || found.Count == limit) break;
                if (place.Owner != owner || place.Kind != kind || (due, key).CompareTo((after.Due, after.Key)) <= 0) continue;
                found.Add(_rows[place].Row);
            }
        }
        return new(found);
    }

    /// <inheritdoc/>
    public ValueTask<bool[]> AddAsync(IReadOnlyList<SetEntry> entries, long now, CancellationToken cancel)
    {
        bool[] added = new bool[entries.Count];
        lock (_gate)
        {
            for (int i = 0; i < added.Length; i++)
            {
                SetEntry entry = entries[i];
                added[i] = !_members.TryGetValue((entry.Set, entry.Id), out long expires) || expires < now;
                if (added[i]) _members[(entry.Set, entry.Id)] = entry.Expires;
            }
        }
        return new(added);
    }

    /// <inheritdoc/>
    public ValueTask<long> SweepAsync(long now, long putBefore, CancellationToken cancel)
    {
        lock (_gate)
        {
            foreach (KeyValuePair<(Hash32, Hash32), long> member in _members.ToArray())
                if (member.Value < now) _members.Remove(member.Key);
            while (_ages.First is { } oldest && _rows[oldest.Value].Put < putBefore) Remove(oldest.Value);
            return new(_members.Count);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Remove(RowPlace place)
    {
        if (!_rows.Remove(place, out var held)) return;
        _ages.Remove(held.Age);
        if (held.Row.Due is { } due) _due.Remove((due, place.Key, place));
        _bytes -= new SnapshotChange(place, held.Row).Weight;
    }

    private static int Compare((long Due, Hash32 Key, RowPlace Place) left, (long Due, Hash32 Key, RowPlace Place) right)
    {
        int order = (left.Due, left.Key).CompareTo((right.Due, right.Key));
        if (order == 0) order = left.Place.Kind.CompareTo(right.Place.Kind);
        return order != 0 ? order : left.Place.Owner.CompareTo(right.Place.Owner);
    }
}
