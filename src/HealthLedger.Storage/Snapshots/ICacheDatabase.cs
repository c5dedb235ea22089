using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Storage.Snapshots;

/// <summary>
/// A database that holds snapshots and short-lived sets, and may lose them at any time. Safe for several threads. Every method but the first throws
/// <see cref="DatabaseException"/> where the database does not do what it is asked.
/// </summary>
public interface ICacheDatabase : IAsyncDisposable
{
    /// <summary>What kind it is, in metrics and sentences.</summary>
    string Name { get; }

    /// <summary>
    /// Connects and brings the tables to the newest form this software knows; nothing happens where they have it. Several nodes may do this at once.
    /// </summary>
    /// <returns>
    /// What the database is: random bytes drawn when its tables were made, so that one that was dropped and created empty is known for another. A fault
    /// where it is of newer software, or where an operator has to act.
    /// </returns>
    /// <exception cref="DatabaseException">The database cannot be reached now.</exception>
    ValueTask<Result<Id16>> MigrateAsync(CancellationToken cancel);

    /// <summary>One row; null for none.</summary>
    ValueTask<SnapshotRow?> GetAsync(RowPlace place, CancellationToken cancel);

    /// <summary>Makes all changes, or none; each place is named once.</summary>
    /// <param name="changes">Puts and deletions.</param>
    /// <param name="now">The moment that is noted with what is put, in milliseconds since 1970.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask WriteAsync(IReadOnlyList<SnapshotChange> changes, long now, CancellationToken cancel);

    /// <summary>Rows that are due, ascending by due time and key.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="kind">Of which kind.</param>
    /// <param name="until">Due at this moment or before.</param>
    /// <param name="after">After this row.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask<IReadOnlyList<SnapshotRow>> ListDueAsync(Hash32 owner, SnapshotKind kind, long until, DueCursor after, int limit, CancellationToken cancel);

    /// <summary>Adds members to sets, each at most once, however many nodes try at the same time. One that has expired may be added again.</summary>
    /// <param name="entries">Distinct.</param>
    /// <param name="now">The moment, in milliseconds since 1970.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>For each entry whether it was added now; false where it was there.</returns>
    ValueTask<bool[]> AddAsync(IReadOnlyList<SetEntry> entries, long now, CancellationToken cancel);

    /// <summary>Deletes set members that have expired and snapshots that nobody has put for long.</summary>
    /// <param name="now">The moment, in milliseconds since 1970.</param>
    /// <param name="putBefore">Snapshots that were put before this moment go.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>How many set members are left.</returns>
    ValueTask<long> SweepAsync(long now, long putBefore, CancellationToken cancel);
}
