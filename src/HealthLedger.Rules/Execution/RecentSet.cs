using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace HealthLedger.Rules.Execution;

/// <summary>Remembers at least the last <paramref name="capacity"/> values and at most twice as many, in two generations. Safe for several threads.</summary>
/// <param name="capacity">How many, at least 1.</param>
internal sealed class RecentSet<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private ConcurrentDictionary<TKey, TValue> _young = new(), _old = new();
    private readonly Lock _gate = new();
    private int _count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (Volatile.Read(ref _young).TryGetValue(key, out value)) return true;
        if (!Volatile.Read(ref _old).TryGetValue(key, out value)) return false;
        Add(key, value);
        return true;
    }

    public void Add(TKey key, TValue value)
    {
        if (!Volatile.Read(ref _young).TryAdd(key, value) || Interlocked.Increment(ref _count) < capacity) return;
        lock (_gate)
        {
            if (Volatile.Read(ref _count) < capacity) return;
            Volatile.Write(ref _old, _young);
            Volatile.Write(ref _young, new ConcurrentDictionary<TKey, TValue>());
            Volatile.Write(ref _count, 0);
        }
    }
}
