using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Memory;

namespace HealthLedger.Storage.Tests.Snapshots;

/// <summary>A database that is dead, hangs, loses everything, refuses a row or lies when a test says so.</summary>
internal sealed class MoodyDatabase : ICacheDatabase
{
    private MemoryDatabase _rows = new();

    /// <summary>Every use fails.</summary>
    public volatile bool Dead;

    /// <summary>Uses end when this does.</summary>
    public Task Holding = Task.CompletedTask;

    /// <summary>A row with this key is never taken.</summary>
    public Hash32? Poison;

    /// <summary>What becomes of rows that are read.</summary>
    public Func<SnapshotRow, SnapshotRow> Lie = row => row;

    /// <summary>The batches that were written.</summary>
    public List<IReadOnlyList<SnapshotChange>> Batches { get; } = [];

    /// <summary>How often it was used, or tried.</summary>
    public int Uses;

    public string Name => "moody";

    /// <summary>Dropped and created empty.</summary>
    public void Lose() => _rows = new MemoryDatabase();

    public async ValueTask<Result<Id16>> MigrateAsync(CancellationToken cancel)
    {
        await UseAsync(cancel);
        return await _rows.MigrateAsync(cancel);
    }

    public async ValueTask<SnapshotRow?> GetAsync(RowPlace place, CancellationToken cancel)
    {
        await UseAsync(cancel);
        return await _rows.GetAsync(place, cancel) is { } row ? Lie(row) : null;
    }

    public async ValueTask WriteAsync(IReadOnlyList<SnapshotChange> changes, long now, CancellationToken cancel)
    {
        await UseAsync(cancel);
        if (changes.Any(change => change.Place.Key == Poison)) throw new DatabaseException("It chokes.");
        lock (Batches) Batches.Add(changes);
        await _rows.WriteAsync(changes, now, cancel);
    }

    public async ValueTask<IReadOnlyList<SnapshotRow>> ListDueAsync(Hash32 owner, SnapshotKind kind, long until, DueCursor after, int limit, CancellationToken cancel)
    {
        await UseAsync(cancel);
        return [.. (await _rows.ListDueAsync(owner, kind, until, after, limit, cancel)).Select(Lie)];
    }

    public async ValueTask<bool[]> AddAsync(IReadOnlyList<SetEntry> entries, long now, CancellationToken cancel)
    {
        await UseAsync(cancel);
        return await _rows.AddAsync(entries, now, cancel);
    }

    public async ValueTask<long> SweepAsync(long now, long putBefore, CancellationToken cancel)
    {
        await UseAsync(cancel);
        return await _rows.SweepAsync(now, putBefore, cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task UseAsync(CancellationToken cancel)
    {
        Interlocked.Increment(ref Uses);
        await Holding.WaitAsync(cancel);
        if (Dead) throw new DatabaseException("It is dead.");
    }
}
