namespace HealthLedger.Client.Caching;

/// <summary>A cache of at most so many values; the one not used for longest makes room. Safe for several threads.</summary>
/// <param name="capacity">At least 1.</param>
internal sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly int _capacity = Math.Max(1, capacity);
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = new();
    private readonly Lock _gate = new();

    public int Count
    {
        get
        {
            lock (_gate) return _byKey.Count;
        }
    }

    public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(key, out LinkedListNode<(TKey, TValue Value)>? node))
            {
                value = default;
                return false;
            }
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (_byKey.Remove(key, out LinkedListNode<(TKey, TValue Value)>? old)) _byUse.Remove(old);
            _byKey[key] = _byUse.AddFirst((key, value));
            if (_byKey.Count <= _capacity) return;
            LinkedListNode<(TKey Key, TValue Value)> last = _byUse.Last!;
            _byUse.RemoveLast();
            _byKey.Remove(last.Value.Key);
        }
    }

    public void Remove(TKey key)
    {
        lock (_gate)
        {
            if (_byKey.Remove(key, out LinkedListNode<(TKey Key, TValue Value)>? node)) _byUse.Remove(node);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _byKey.Clear();
            _byUse.Clear();
        }
    }
}
