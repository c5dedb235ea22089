using HealthLedger.Protocol.State;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.State;

/// <summary>A shard's rows as of one height; later changes do not show. Safe for concurrent readers.</summary>
public sealed class StateSnapshot : IRowReader
{
    private readonly SortedView _view;
    private readonly StateStore _store;

    internal StateSnapshot(StateStore store, SortedView view, ulong height) => (_store, _view, Height) = (store, view, height);

    /// <summary>The height that the rows are of.</summary>
    public ulong Height { get; }

    /// <summary>All rows, ascending by key: what the state root is made of. Reads past the cache.</summary>
    /// <exception cref="StateDamagedException">Rows on the disk are damaged.</exception>
    public IEnumerable<Row> Rows() => _store.Guard(_view.Scan(default, default, keep: false));

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        try
        {
            return _view.TryGet(key, out value);
        }
        catch (DamagedRunException damage)
        {
            throw _store.Damaged(damage);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default) => _store.Guard(_view.Scan(prefix, after, keep: true));
}
