using HealthLedger.Protocol;

namespace HealthLedger.Consensus.Waiting;

/// <summary>
/// The statements that this member was given and that are not committed yet (rule 1): since when the oldest waits, and which have waited
/// a second and are to be sent to all. Bounded: when full, new ones are refused (back pressure), nothing is evicted.
/// </summary>
/// <param name="capacity">Most statements at once.</param>
public sealed class StatementWatch(int capacity)
{
    private readonly Dictionary<Hash32, LinkedListNode<Entry>> _byId = [];
    private readonly LinkedList<Entry> _inOrder = new();
    private LinkedListNode<Entry>? _nextToShare;

    private readonly record struct Entry(Hash32 Id, long Since);

    /// <summary>Statements waiting.</summary>
    public int Count => _byId.Count;

    /// <summary>When the oldest arrived, milliseconds of <see cref="Moment.Elapsed"/>; null when none waits.</summary>
    public long? OldestSince => _inOrder.First?.Value.Since;

    /// <summary>Takes a statement that this replica would vote for now; false when full. The same one again keeps its first time.</summary>
    public bool TryAdd(Hash32 id, long now)
    {
        if (_byId.ContainsKey(id)) return true;
        if (_byId.Count >= capacity) return false;
        Invariant.Require(_inOrder.Last is null || _inOrder.Last.Value.Since <= now, "Arrivals are in the order of time.");
        LinkedListNode<Entry> node = _inOrder.AddLast(new Entry(id, now));
        _byId.Add(id, node);
        _nextToShare ??= node;
        return true;
    }

    /// <summary>Forgets a statement that is committed, expired or refused.</summary>
    public void Remove(Hash32 id)
    {
        if (!_byId.Remove(id, out LinkedListNode<Entry>? node)) return;
        if (_nextToShare == node) _nextToShare = node.Next;
        _inOrder.Remove(node);
        Invariant.Require(_byId.Count == _inOrder.Count, "The index and the order hold the same statements.");
    }

    /// <summary>The statements that have waited a second since they came, each listed once.</summary>
    public IEnumerable<Hash32> ToShare(long now)
    {
        while (_nextToShare is { } node && now - node.Value.Since >= ConsensusTimes.ShareMilliseconds)
        {
            _nextToShare = node.Next;
            yield return node.Value.Id;
        }
    }
}
