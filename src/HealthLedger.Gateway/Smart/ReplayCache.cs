using System.Collections.Concurrent;

namespace HealthLedger.Gateway.Smart;

/// <summary>
/// Remembers the ids of assertions until they expire, so that none is taken twice. Bounded: when it is full of ids that still count,
/// new ones are refused rather than old ones forgotten.
/// </summary>
public sealed class ReplayCache(TimeProvider clock, int capacity = 100_000)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Lock _sweep = new();

    /// <summary>Takes an id for the first time; false when it was seen before or there is no room.</summary>
    public bool TryTake(string id, DateTimeOffset until)
    {
        lock (_sweep)
        {
            if (_seen.Count >= capacity)
            {
                DateTimeOffset now = clock.GetUtcNow();
                foreach (KeyValuePair<string, DateTimeOffset> old in _seen)
                    if (old.Value < now) _seen.TryRemove(old);
                if (_seen.Count >= capacity) return false;
            }
            return _seen.TryAdd(id, until);
        }
    }
}
