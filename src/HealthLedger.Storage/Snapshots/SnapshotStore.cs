using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots.Sealing;
using HealthLedger.Storage.Snapshots.Writing;

namespace HealthLedger.Storage.Snapshots;

/// <summary>
/// One member's snapshots. Putting never waits and never fails: what finds no room is gone. Reading ends soon, with nothing where the database is slow,
/// away or lies. Safe for several threads.
/// </summary>
public sealed class SnapshotStore
{
    /// <summary>Most rows that one list gives.</summary>
    public const int ListMax = 1_024;

    private readonly NodeDatabase _database;
    private readonly SnapshotSeal _seal;
    private readonly Hash32 _owner;

    internal SnapshotStore(NodeDatabase database, SnapshotSecret secret) => (_database, _seal, _owner) = (database, new SnapshotSeal(secret), secret.Owner);

    /// <summary>Which database it is: another value after it was dropped and created empty, so that who relied on all being there puts it again.</summary>
    public Id16 Database => _database.Gate.Identity;

    /// <summary>A sentence for the operator where something is wrong; null while the database answers.</summary>
    public string? Warning => _database.Warning;

    /// <summary>Puts a snapshot in the place of the older one. False where there is no room, or it is larger than a snapshot may be.</summary>
    public bool TryPut(Snapshot snapshot)
    {
        if (snapshot.Bytes.Length > Snapshot.BytesMax || snapshot.Key.Length is 0 or > Snapshot.KeyBytesMax) return false;
        SnapshotRow row = _seal.Seal(snapshot);
        return Queue.TryAdd(new SnapshotChange(row.Place, row));
    }

    /// <summary>Deletes a snapshot. False where there is no room for it in the queue.</summary>
    public bool TryDelete(SnapshotKind kind, ReadOnlySpan<byte> key) => Queue.TryAdd(new SnapshotChange(_seal.PlaceOf(kind, key), null));

    /// <summary>A snapshot; null where there is none, it cannot be had now, or it was altered. Which block it stands on is the caller's to check.</summary>
    public async ValueTask<Snapshot?> GetAsync(SnapshotKind kind, ReadOnlyMemory<byte> key)
    {
        RowPlace place = _seal.PlaceOf(kind, key.Span);
        SnapshotRow? row;
        if (Queue.TryGet(place, out SnapshotChange waiting)) row = waiting.Row;
        else row = (await _database.Gate.TryAsync("get", _database.Options.ReadTimeout, stop => _database.Backend.GetAsync(place, stop))).Answer;
        return row is null ? null : Opened(row);
    }

    /// <summary>
    /// Snapshots that are due, ascending, at most <see cref="ListMax"/>. Altered ones are left out, and counted. A fault where the database does not
    /// answer. What a database leaves out of the list nobody can notice here.
    /// </summary>
    public async ValueTask<Result<DueList>> ListDueAsync(SnapshotKind kind, long until, DueCursor after)
    {
        Dictionary<RowPlace, SnapshotChange> waiting = Queue.Where(place => place.Owner == _owner && place.Kind == kind);
        (bool done, IReadOnlyList<SnapshotRow>? rows) = await _database.Gate.TryAsync("list", _database.Options.WriteTimeout,
            stop => _database.Backend.ListDueAsync(_owner, kind, until, after, ListMax, stop));
        if (!done) return new Fault(FaultCode.Unavailable, "The database of snapshots does not answer.");
        // A full page ends where the database's ends; what waits beyond it comes with a later page.
        long last = rows!.Count >= ListMax ? rows[^1].Due ?? until : until;
        IEnumerable<SnapshotRow> more = waiting.Values.Where(change => change.Row is { Due: { } due } row && due <= last && (due, row.Place.Key).CompareTo((after.Due, after.Key)) > 0).Select(change => change.Row!);
        SnapshotRow[] all = [.. rows.Where(row => row.Due <= until && !waiting.ContainsKey(row.Place)).Concat(more).OrderBy(row => row.Due).ThenBy(row => row.Place.Key)];
        DueCursor? next = rows.Count >= ListMax && rows[^1].Due is { } due ? new DueCursor(due, rows[^1].Place.Key) : null;
        return new DueList([.. all.Select(Opened).OfType<Snapshot>()], next);
    }

    /// <summary>Counts a snapshot that was read and is not used: of another form, of a block that the own replica does not have.</summary>
    public void Refuse(string reason) => _database.Metrics.Refused(reason);

    /// <summary>Back pressure for who has much to put: ends when at most half of the queue is taken.</summary>
    public Task WaitForRoomAsync(CancellationToken cancel) => Queue.WaitForRoomAsync(cancel);

    private WriteBehind Queue => _database.Queue;

    private Snapshot? Opened(SnapshotRow row)
    {
        Snapshot? snapshot = _seal.Open(row);
        if (snapshot is null) _database.Metrics.Refused("altered");
        return snapshot;
    }
}

/// <summary>A page of what is due.</summary>
/// <param name="Snapshots">Ascending by due time.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record DueList(IReadOnlyList<Snapshot> Snapshots, DueCursor? Next);
