using System.Collections.Concurrent;
using System.Text;
using HealthLedger.Storage.Snapshots.Writing;

namespace HealthLedger.Gateway.Smart;

/// <summary>
/// Remembers the ids of assertions until they expire, so that none is taken twice, here or, where a set is shared, at another gateway. Bounded: when it is
/// full of ids that still count, new ones are refused rather than old ones forgotten.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="shared">The set that several gateways share, and that survives a restart; null where this gateway is alone.</param>
/// <param name="aloneWhenAway">Whether ids are taken on this gateway's word alone while the shared set is away; otherwise none is taken then.</param>
/// <param name="capacity">Ids remembered here at most.</param>
public sealed class ReplayCache(TimeProvider clock, SharedSets? shared = null, bool aloneWhenAway = false, int capacity = 100_000)
{
    private const string SetName = "smart-assertion";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Lock _sweep = new();

    /// <summary>Takes an id for the first time.</summary>
    public async ValueTask<ReplayAnswer> TakeAsync(string id, DateTimeOffset until)
    {
        if (!TryTakeHere(id, until)) return ReplayAnswer.Seen;
        if (shared is null) return ReplayAnswer.First;
        switch (await shared.AddAsync(SetName, Encoding.UTF8.GetBytes(id), until))
        {
            case SetAnswer.Added:
                return ReplayAnswer.First;
            case SetAnswer.Unavailable when aloneWhenAway:
                return ReplayAnswer.First;
            case SetAnswer.Unavailable:
                // The client may come again with the same assertion.
                _seen.TryRemove(id, out _);
                return ReplayAnswer.Unknown;
            default:
                return ReplayAnswer.Seen;
        }
    }

    private bool TryTakeHere(string id, DateTimeOffset until)
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

/// <summary>Whether an id was seen.</summary>
public enum ReplayAnswer
{
    /// <summary>It was not, and will be from now on.</summary>
    First,

    /// <summary>It was, or there is no room to remember it.</summary>
    Seen,

    /// <summary>Nobody can say now.</summary>
    Unknown,
}
