using System.Data;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using Microsoft.Data.Sqlite;

namespace HealthLedger.Storage.Snapshots.Sqlite;

/// <summary>
/// Snapshots and sets in one SQLite file: write-ahead log, statements prepared once, one writer and one reader. A file that is damaged is deleted and
/// begun anew, for nothing in it is a truth.
/// </summary>
public sealed class SqliteDatabase : ICacheDatabase
{
    private const int Corrupt = 11, NotADatabase = 26, Busy = 5, Locked = 6;

    private static readonly IReadOnlyList<Migration> Migrations = Migration.For(typeof(SqliteDatabase));

    private readonly string _file;
    private readonly SqliteSession _writer, _reader;
    private volatile bool _damaged;

    private SqliteDatabase(string file)
    {
        _file = file;
        string connection = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 5 }.ToString();
        (_writer, _reader) = (new SqliteSession(connection), new SqliteSession(connection));
    }

    /// <inheritdoc/>
    public string Name => "sqlite";

    /// <summary>A database in a file, which need not be there; a fault where this machine has no SQLite.</summary>
    public static Result<SqliteDatabase> Open(string file) =>
        SqliteLibrary.Require() is { } missing ? new Fault(FaultCode.Unsupported, missing) : new SqliteDatabase(file);

    /// <inheritdoc/>
    public async ValueTask<Result<Id16>> MigrateAsync(CancellationToken cancel)
    {
        if (_damaged) await BeginAnewAsync();
        try
        {
            return await RunAsync(_writer, Migrate, cancel);
        }
        catch (DatabaseException) when (_damaged)
        {
            await BeginAnewAsync();
            return await RunAsync(_writer, Migrate, cancel);
        }
    }

    /// <inheritdoc/>
    public ValueTask<SnapshotRow?> GetAsync(RowPlace place, CancellationToken cancel) => RunAsync(_reader, session =>
    {
        SqliteCommand get = session.Prepared("SELECT shard, height, header, format, due, sealed FROM snapshots WHERE owner = $1 AND kind = $2 AND key = $3", 3);
        Fill(get, place.Owner.ToArray(), (long)place.Kind, place.Key.ToArray());
        using SqliteDataReader reader = get.ExecuteReader(CommandBehavior.SingleRow);
        return reader.Read() ? RowOf(reader, place) : null;
    }, cancel);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<SnapshotChange> changes, long now, CancellationToken cancel) => await RunAsync(_writer, session =>
    {
        SqliteCommand put = session.Prepared("""
            INSERT INTO snapshots (owner, kind, key, shard, height, header, format, due, put, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (owner, kind, key) DO UPDATE SET (shard, height, header, format, due, put, sealed)
                = (excluded.shard, excluded.height, excluded.header, excluded.format, excluded.due, excluded.put, excluded.sealed)
            """, 10);
        SqliteCommand delete = session.Prepared("DELETE FROM snapshots WHERE owner = $1 AND kind = $2 AND key = $3", 3);
        using SqliteTransaction transaction = session.Begin();
        (put.Transaction, delete.Transaction) = (transaction, transaction);
        foreach (SnapshotChange change in changes)
        {
            byte[] owner = change.Place.Owner.ToArray(), key = change.Place.Key.ToArray();
            if (change.Row is { } row)
                Fill(put, owner, (long)change.Place.Kind, key, row.Shard, row.Height, row.Header.ToArray(), row.Format, (object?)row.Due ?? DBNull.Value, now, row.Sealed.ToArray()).ExecuteNonQuery();
            else
                Fill(delete, owner, (long)change.Place.Kind, key).ExecuteNonQuery();
        }
        transaction.Commit();
        return true;
    }, cancel);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SnapshotRow>> ListDueAsync(Hash32 owner, SnapshotKind kind, long until, DueCursor after, int limit, CancellationToken cancel) =>
        RunAsync<IReadOnlyList<SnapshotRow>>(_reader, session =>
        {
            SqliteCommand list = session.Prepared("""
                SELECT shard, height, header, format, due, sealed, key FROM snapshots
                WHERE owner = $1 AND kind = $2 AND due IS NOT NULL AND due <= $3 AND (due, key) > ($4, $5) ORDER BY due, key LIMIT $6
                """, 6);
            Fill(list, owner.ToArray(), (long)kind, until, after.Due, after.Key.ToArray(), limit);
            using SqliteDataReader reader = list.ExecuteReader();
            List<SnapshotRow> rows = [];
            while (reader.Read()) rows.Add(RowOf(reader, new RowPlace(owner, kind, HashOf(reader, 6))));
            return rows;
        }, cancel);

    /// <inheritdoc/>
    public ValueTask<bool[]> AddAsync(IReadOnlyList<SetEntry> entries, long now, CancellationToken cancel) => RunAsync(_writer, session =>
    {
        SqliteCommand add = session.Prepared("""
            INSERT INTO members ("set", id, expires) VALUES ($1, $2, $3) ON CONFLICT ("set", id) DO UPDATE SET expires = excluded.expires WHERE members.expires < $4
            """, 4);
        using SqliteTransaction transaction = session.Begin();
        add.Transaction = transaction;
        bool[] added = new bool[entries.Count];
        for (int i = 0; i < added.Length; i++)
            added[i] = Fill(add, entries[i].Set.ToArray(), entries[i].Id.ToArray(), entries[i].Expires, now).ExecuteNonQuery() == 1;
        transaction.Commit();
        return added;
    }, cancel);

    /// <inheritdoc/>
    public ValueTask<long> SweepAsync(long now, long putBefore, CancellationToken cancel) => RunAsync(_writer, session =>
    {
        Fill(session.Prepared("DELETE FROM members WHERE expires < $1", 1), now).ExecuteNonQuery();
        Fill(session.Prepared("DELETE FROM snapshots WHERE put < $1", 1), putBefore).ExecuteNonQuery();
        return (long)session.Prepared("SELECT count(*) FROM members", 0).ExecuteScalar()!;
    }, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CloseAsync();
        await _writer.CloseAsync();
    }

    private static Result<Id16> Migrate(SqliteSession session)
    {
        session.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
        // Begun as a writer, so that of two processes one waits for the other.
        using SqliteTransaction transaction = session.Begin();
        SqliteCommand command = session.New(transaction, "SELECT coalesce(max(number), 0) FROM migrations");
        int known = checked((int)(long)command.ExecuteScalar()!);
        if (known > Migrations.Count)
            return new Fault(FaultCode.DatabaseNewer, $"The cache file is of newer software (form {known}, this software knows {Migrations.Count}). Start the newer software, or delete the file: nothing is lost.");
        foreach (Migration step in Migrations.Skip(known))
        {
            session.New(transaction, step.Sql).ExecuteNonQuery();
            using SqliteCommand note = session.New(transaction, "INSERT INTO migrations (number, name) VALUES ($1, $2)");
            note.Parameters.AddWithValue("$1", step.Number);
            note.Parameters.AddWithValue("$2", step.Name);
            note.ExecuteNonQuery();
        }
        byte[] identity = (byte[])session.New(transaction, "SELECT id FROM identity").ExecuteScalar()!;
        transaction.Commit();
        return new Id16(identity);
    }

    private async ValueTask BeginAnewAsync()
    {
        await _reader.CloseAsync();
        await _writer.CloseAsync();
        foreach (string end in new[] { "", "-wal", "-shm" }) File.Delete(_file + end);
        _damaged = false;
    }

    // Off the caller's thread: a disk that hangs must not hang who asks.
    private async ValueTask<T> RunAsync<T>(SqliteSession session, Func<SqliteSession, T> work, CancellationToken cancel)
    {
        try
        {
            return await session.RunAsync(work, cancel);
        }
        catch (SqliteException failure)
        {
            if (failure.SqliteErrorCode is Corrupt or NotADatabase) _damaged = true;
            else if (failure.SqliteErrorCode is not (Busy or Locked)) await session.CloseAsync();
            throw new DatabaseException($"SQLite says {failure.SqliteErrorCode} ({failure.SqliteExtendedErrorCode}).", failure);
        }
        catch (Exception failure) when (failure is InvalidCastException or InvalidOperationException or ArgumentException or OverflowException)
        {
            // A row that does not have the form of its table: the file was altered by somebody else.
            _damaged = true;
            throw new DatabaseException("The cache file holds what this software has not written.", failure);
        }
    }

    private static SqliteCommand Fill(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }

    private static SnapshotRow RowOf(SqliteDataReader reader, RowPlace place) =>
        new(place, reader.GetInt32(0), reader.GetInt64(1), HashOf(reader, 2), reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetInt64(4), reader.GetFieldValue<byte[]>(5));

    private static Hash32 HashOf(SqliteDataReader reader, int column) => new(reader.GetFieldValue<byte[]>(column));
}
