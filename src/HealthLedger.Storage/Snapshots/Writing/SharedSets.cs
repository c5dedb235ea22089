using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Storage.Snapshots.Writing;

/// <summary>
/// Sets whose members are remembered until they expire, shared by all nodes that use the database: of several that add the same member at the same time
/// exactly one is told that it was first. Additions that come together go in one round trip.
/// </summary>
public sealed class SharedSets
{
    private const int BatchMax = 1_024, WaitingMax = 65_536;

    private readonly ICacheDatabase _database;
    private readonly DatabaseGate _gate;
    private readonly DatabaseOptions _options;
    private readonly TimeProvider _clock;
    private readonly Lock _turn = new();
    private readonly Queue<(SetEntry Entry, TaskCompletionSource<SetAnswer> Answer)> _waiting = new();
    private bool _running;
    private long _members, _swept = long.MinValue;

    internal SharedSets(ICacheDatabase database, DatabaseGate gate, DatabaseOptions options, TimeProvider clock) =>
        (_database, _gate, _options, _clock) = (database, gate, options, clock);

    /// <summary>Members at the last count, and those added since.</summary>
    public long Count => Interlocked.Read(ref _members);

    /// <summary>True while additions reach the database.</summary>
    public bool IsUp => _gate.Trouble is null;

    /// <summary>Adds a member.</summary>
    /// <param name="set">The set's name; only a hash of it is stored.</param>
    /// <param name="id">The member; only a hash of it is stored.</param>
    /// <param name="expires">Until when it is remembered.</param>
    public ValueTask<SetAnswer> AddAsync(string set, ReadOnlySpan<byte> id, DateTimeOffset expires)
    {
        if (_gate.Trouble is not null) return new(SetAnswer.Unavailable);
        Hash32 name = Sha256.Hash("healthledger/shared-set/v1\0"u8, Encoding.UTF8.GetBytes(set));
        SetEntry entry = new(name, Sha256.Hash("healthledger/shared-set-member/v1\0"u8, id), expires.ToUnixTimeMilliseconds());
        TaskCompletionSource<SetAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_turn)
        {
            if (_waiting.Count >= WaitingMax) return new(SetAnswer.Unavailable);
            _waiting.Enqueue((entry, answer));
            if (_running) return new(answer.Task);
            _running = true;
        }
        _ = Task.Run(RunAsync);
        return new(answer.Task);
    }

    /// <summary>Deletes what has expired, and counts.</summary>
    internal async ValueTask SweepAsync()
    {
        long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        (bool counted, long left) = await _gate.TryAsync("sweep", _options.WriteTimeout, stop => _database.SweepAsync(now, now - (long)_options.KeepSnapshots.TotalMilliseconds, stop));
        if (!counted) return;
        Interlocked.Exchange(ref _members, left);
        _swept = now;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                await AddAsync(batch);
            }
            catch (Exception defect)
            {
                // Who waits hears of the defect; the next addition starts a new round.
                foreach ((_, TaskCompletionSource<SetAnswer> answer) in batch) answer.TrySetException(defect);
            }
        }
    }

    private List<(SetEntry Entry, TaskCompletionSource<SetAnswer> Answer)> Take()
    {
        List<(SetEntry, TaskCompletionSource<SetAnswer>)> batch = [];
        lock (_turn)
        {
            while (batch.Count < BatchMax && _waiting.TryDequeue(out var next)) batch.Add(next);
            if (batch.Count == 0) _running = false;
        }
        return batch;
    }

    private async Task AddAsync(List<(SetEntry Entry, TaskCompletionSource<SetAnswer> Answer)> batch)
    {
        long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        // A full set is looked at again once a second, however many ask.
        if (Count >= _options.SetEntriesMax && (now < _swept || now - _swept >= 1_000)) await SweepAsync();
        // The first of the same member in a batch is tried, the others came second.
        HashSet<(Hash32, Hash32)> seen = [];
        List<(SetEntry Entry, TaskCompletionSource<SetAnswer> Answer)> asked = [];
        List<TaskCompletionSource<SetAnswer>> second = [];
        foreach ((SetEntry entry, TaskCompletionSource<SetAnswer> answer) in batch)
        {
            if (!seen.Add((entry.Set, entry.Id))) second.Add(answer);
            else if (Count + asked.Count >= _options.SetEntriesMax) answer.SetResult(SetAnswer.Full);
            else asked.Add((entry, answer));
        }
        SetEntry[] entries = [.. asked.Select(item => item.Entry)];
        (bool done, bool[]? added) = entries.Length == 0 ? (true, []) : await _gate.TryAsync("add", _options.ReadTimeout, stop => _database.AddAsync(entries, now, stop));
        if (done) Interlocked.Add(ref _members, added!.Count(first => first));
        for (int i = 0; i < asked.Count; i++) asked[i].Answer.SetResult(!done ? SetAnswer.Unavailable : added![i] ? SetAnswer.Added : SetAnswer.Seen);
        foreach (TaskCompletionSource<SetAnswer> answer in second) answer.SetResult(done ? SetAnswer.Seen : SetAnswer.Unavailable);
    }
}

/// <summary>What became of an addition to a shared set.</summary>
public enum SetAnswer
{
    /// <summary>It was not there, and is now.</summary>
    Added,

    /// <summary>It was there, or somebody else was faster.</summary>
    Seen,

    /// <summary>The set holds as many members as it may.</summary>
    Full,

    /// <summary>The database does not answer: whether it was there is not known.</summary>
    Unavailable,
}
