using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// The directory as the rules of all shards read it. Its rows change only when members and organizations do, and each says from which height on it holds:
/// the view is kept, and asked as of a height, until such a row comes; then readers get a new one, and shards a new lowest height.
/// </summary>
internal sealed class DirectoryState(IRowReader rows)
{
    private volatile DirectoryView _view = new(rows);
    private long _changed;

    /// <summary>Shard 0's organizations and keys.</summary>
    public DirectoryView View => _view;

    /// <summary>The last committed height that changed them: what leaders name. A later height would say the same and make other replicas wait for it.</summary>
    public long ChangedHeight => Volatile.Read(ref _changed);

    /// <summary>Rows were read or computed anew while nobody looked.</summary>
    public void Renew()
    {
        DirectoryView view = new(rows);
        long changed = 0;
        for (int number = 1; view.Configuration(number) is { } decided; number++) changed = decided.DecidedHeight;
        _view = view;
        Volatile.Write(ref _changed, changed);
    }

    /// <summary>Takes in a committed block of shard 0; true when it changed what rules read.</summary>
    public bool Note(long height, IReadOnlyList<RowChange> changes)
    {
        bool changed = false;
        foreach (RowChange change in changes) changed |= DirectoryView.Reads(change.Key.Span);
        if (!changed) return false;
        _view = new DirectoryView(rows);
        Volatile.Write(ref _changed, height);
        return true;
    }
}
