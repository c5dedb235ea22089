using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// The directory as the rules of all shards read it. Its rows change only when members and organizations do, which no event of this version
/// can: every height reads alike, and the view is kept. Should a change come, readers get a new view and shards a new lowest height.
/// </summary>
internal sealed class DirectoryState(IRowReader rows)
{
    private volatile DirectoryView _view = new(rows);
    private long _changed;

    /// <summary>Shard 0's organizations and keys.</summary>
    public DirectoryView View => _view;

    /// <summary>The last committed height that changed them: what leaders name. A later height would say the same and make other replicas wait for it.</summary>
    public long ChangedHeight => Volatile.Read(ref _changed);

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
