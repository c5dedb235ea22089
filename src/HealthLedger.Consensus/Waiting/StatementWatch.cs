using HealthLedger.Protocol;

namespace HealthLedger.Consensus.Waiting;

/// <summary>
/// The statements that this member was given and that are not committed yet (rule 1): since when the oldest waits, and which are to be
/// sent to all: after a second, and again after ever longer times, since the first sending may be lost. Bounded: when full, new ones are
/// refused (back pressure), nothing is evicted.
/// </summary>
/// <param name="capacity">Most statements at once.</param>
public sealed class StatementWatch(int capacity)
{
    private readonly Dictionary<Hash32, LinkedListNode<Entry>> _byId = [];
    private readonly LinkedList<Entry> _inOrder = new();
    private readonly PriorityQueue<LinkedListNode<Entry>, long> _toShare = new();

    private sealed record Entry(Hash32 Id, long Since)
    {
        public long ShareAgainAfter { get; set; } = ConsensusTimes.ShareMilliseconds;
    }

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
        _toShare.Enqueue(node, now + ConsensusTimes.ShareMilliseconds);
        return true;
    }

    /// <summary>True when it waits here.</summary>
    public bool Contains(Hash32 id) => _byId.ContainsKey(id);

    /// <summary>Forgets a statement that is committed, expired or refused.</summary>
    public void Remove(Hash32 id)
    {
        if (!_byId.Remove(id, out LinkedListNode<Entry>? node)) return;
        _inOrder.Remove(node);
        Invariant.Require(_byId.Count == _inOrder.Count, "The index and the order hold the same statements.");
        if (_toShare.Count > 2 * capacity) DropRemoved();
    }

    /// <summary>The statements to send to all now: one that waited a second, and again after 2, 4 and then every 8 seconds more.</summary>
    public IEnumerable<Hash32> ToShare(long now)
    {
        while (_toShare.TryPeek(out LinkedListNode<Entry>? node, out long due) && due <= now)
        {
            _toShare.Dequeue();
            if (node.List is null) continue;
            Entry entry = node.Value;
            entry.ShareAgainAfter = Math.Min(2 * entry.ShareAgainAfter, ConsensusTimes.ComplainMillisecondsMax);
            _toShare.Enqueue(node, now + entry.ShareAgainAfter);
            yield return entry.Id;
        }
    }

    private void DropRemoved()
    {
        (LinkedListNode<Entry> Element, long Priority)[] live = [.. _toShare.UnorderedItems.Where(item => item.Element.List is not null)];
        _toShare.Clear();
        _toShare.EnqueueRange(live);
    }
}
