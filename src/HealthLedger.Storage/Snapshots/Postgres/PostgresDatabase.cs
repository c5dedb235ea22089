using System.Data;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using Npgsql;
using NpgsqlTypes;

namespace HealthLedger.Storage.Snapshots.Postgres;

/// <summary>Snapshots and sets in PostgreSQL: pooled connections, prepared statements, one round trip for a batch.</summary>
public sealed class PostgresDatabase : ICacheDatabase
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgresSchema _schema;
    private readonly string _get, _put, _delete, _list, _add, _sweepMembers, _sweepSnapshots, _count;

    private PostgresDatabase(NpgsqlDataSource source, DatabaseOptions options)
    {
        _source = source;
        _schema = new PostgresSchema(options);
        // The schema's name was checked to be a plain identifier.
        string snapshots = $"{options.Schema}.snapshots", members = $"{options.Schema}.members";
        _get = $"SELECT shard, height, header, format, due, sealed FROM {snapshots} WHERE owner = $1 AND kind = $2 AND key = $3";
        _put = $"""
            INSERT INTO {snapshots} AS old (owner, kind, key, shard, height, header, format, due, put, sealed)
            SELECT owner, kind, key, shard, height, header, format, due, $9, sealed
            FROM unnest($1::bytea[], $2::smallint[], $3::bytea[], $4::integer[], $5::bigint[], $6::bytea[], $7::integer[], $8::bigint[], $10::bytea[])
                AS new (owner, kind, key, shard, height, header, format, due, sealed)
            ON CONFLICT (owner, kind, key) DO UPDATE SET shard = excluded.shard, height = excluded.height, header = excluded.header, format = excluded.format,
                due = excluded.due, put = excluded.put, sealed = excluded.sealed
            """;
        _delete = $"DELETE FROM {snapshots} AS old USING unnest($1::bytea[], $2::smallint[], $3::bytea[]) AS gone (owner, kind, key) WHERE (old.owner, old.kind, old.key) = (gone.owner, gone.kind, gone.key)";
        _list = $"""
            SELECT shard, height, header, format, due, sealed, key FROM {snapshots}
            WHERE owner = $1 AND kind = $2 AND due IS NOT NULL AND due <= $3 AND (due, key) > ($4, $5) ORDER BY due, key LIMIT $6
            """;
        _add = $"""
            INSERT INTO {members} AS old ("set", id, expires) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])
            ON CONFLICT ("set", id) DO UPDATE SET expires = excluded.expires WHERE old.expires < $4 RETURNING "set", id
            """;
        _sweepMembers = $"DELETE FROM {members} WHERE expires < $1";
        _sweepSnapshots = $"DELETE FROM {snapshots} WHERE put < $1";
        _count = $"SELECT count(*) FROM {members}";
    }

    /// <inheritdoc/>
    public string Name => "postgres";

    /// <summary>A database at an address; nothing is sent yet. A fault where the connection string cannot be read.</summary>
    public static Result<PostgresDatabase> Open(DatabaseOptions options)
    {
        try
        {
            string text = options.ConnectionString ?? File.ReadLines(options.ConnectionStringFile!).FirstOrDefault() ?? "";
            NpgsqlConnectionStringBuilder connection = new(text.Trim())
            {
                ApplicationName = "healthledger",
                MaxPoolSize = options.ConnectionsMax,
                MaxAutoPrepare = 32,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = true,
                Timeout = (int)Math.Clamp(Math.Ceiling(options.ConnectTimeout.TotalSeconds), 1, 60),
                CommandTimeout = (int)Math.Clamp(Math.Ceiling(options.WriteTimeout.TotalSeconds), 1, 600),
                CancellationTimeout = 500,
                IncludeErrorDetail = false,
                PersistSecurityInfo = false,
            };
            return new PostgresDatabase(new NpgsqlDataSourceBuilder(connection.ConnectionString).Build(), options);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or IOException or UnauthorizedAccessException)
        {
            // The message may quote the string, which is a secret.
            return new Fault(FaultCode.SettingUnfit, "HEALTHLEDGER__Database__ConnectionStringFile is a readable file whose first line is a connection string such as Host=db;Database=healthledger;Username=healthledger_node;Password=….");
        }
    }

    /// <inheritdoc/>
    public ValueTask<Result<Id16>> MigrateAsync(CancellationToken cancel) => RunAsync(_schema.MigrateAsync, cancel);

    /// <inheritdoc/>
    public ValueTask<SnapshotRow?> GetAsync(RowPlace place, CancellationToken cancel) => RunAsync(async (connection, stop) =>
    {
        await using NpgsqlCommand get = new(_get, connection) { Parameters = { Bytes(place.Owner), Of((short)place.Kind), Bytes(place.Key) } };
        await using NpgsqlDataReader reader = await get.ExecuteReaderAsync(CommandBehavior.SingleRow, stop);
        return await reader.ReadAsync(stop) ? RowOf(reader, place) : null;
    }, cancel);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<SnapshotChange> changes, long now, CancellationToken cancel) => await RunAsync(async (connection, stop) =>
    {
        // In one order everywhere, so that nodes which write the same rows wait for each other and not in a circle.
        SnapshotRow[] put = [.. changes.Where(change => change.Row is not null).Select(change => change.Row!).OrderBy(row => row.Place.Key)];
        RowPlace[] gone = [.. changes.Where(change => change.Row is null).Select(change => change.Place).OrderBy(place => place.Key)];
        await using NpgsqlBatch batch = new(connection);
        if (gone.Length > 0) batch.BatchCommands.Add(new NpgsqlBatchCommand(_delete) { Parameters = { Owners(gone), Kinds(gone), Keys(gone) } });
        if (put.Length > 0)
        {
            RowPlace[] places = [.. put.Select(row => row.Place)];
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_put)
            {
                Parameters =
                {
                    Owners(places), Kinds(places), Keys(places), Of(Array.ConvertAll(put, row => row.Shard)), Of(Array.ConvertAll(put, row => row.Height)),
                    Of(Array.ConvertAll(put, row => row.Header.ToArray())), Of(Array.ConvertAll(put, row => row.Format)),
                    new NpgsqlParameter { Value = Array.ConvertAll(put, row => row.Due), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    Of(now), Of(Array.ConvertAll(put, row => row.Sealed.ToArray())),
                },
            });
        }
        return await batch.ExecuteNonQueryAsync(stop);
    }, cancel);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SnapshotRow>> ListDueAsync(Hash32 owner, SnapshotKind kind, long until, DueCursor after, int limit, CancellationToken cancel) =>
        RunAsync<IReadOnlyList<SnapshotRow>>(async (connection, stop) =>
        {
            await using NpgsqlCommand list = new(_list, connection) { Parameters = { Bytes(owner), Of((short)kind), Of(until), Of(after.Due), Bytes(after.Key), Of(limit) } };
            await using NpgsqlDataReader reader = await list.ExecuteReaderAsync(stop);
            List<SnapshotRow> rows = [];
            while (rows.Count < limit && await reader.ReadAsync(stop)) rows.Add(RowOf(reader, new RowPlace(owner, kind, HashOf(reader, 6))));
            return rows;
        }, cancel);

    /// <inheritdoc/>
    public ValueTask<bool[]> AddAsync(IReadOnlyList<SetEntry> entries, long now, CancellationToken cancel) => RunAsync(async (connection, stop) =>
    {
        SetEntry[] ordered = [.. entries.OrderBy(entry => entry.Id)];
        await using NpgsqlCommand add = new(_add, connection)
        {
            Parameters =
            {
                Of(Array.ConvertAll(ordered, entry => entry.Set.ToArray())), Of(Array.ConvertAll(ordered, entry => entry.Id.ToArray())), Of(Array.ConvertAll(ordered, entry => entry.Expires)), Of(now),
            },
        };
        await using NpgsqlDataReader reader = await add.ExecuteReaderAsync(stop);
        HashSet<(Hash32, Hash32)> added = [];
        while (added.Count < ordered.Length && await reader.ReadAsync(stop)) added.Add((HashOf(reader, 0), HashOf(reader, 1)));
        return entries.Select(entry => added.Contains((entry.Set, entry.Id))).ToArray();
    }, cancel);

    /// <inheritdoc/>
    public ValueTask<long> SweepAsync(long now, long putBefore, CancellationToken cancel) => RunAsync(async (connection, stop) =>
    {
        await using NpgsqlBatch batch = new(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(_sweepMembers) { Parameters = { Of(now) } },
                new NpgsqlBatchCommand(_sweepSnapshots) { Parameters = { Of(putBefore) } },
                new NpgsqlBatchCommand(_count),
            },
        };
        return (long)(await batch.ExecuteScalarAsync(stop))!;
    }, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancel)
    {
        try
        {
            await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancel);
            return await work(connection, cancel);
        }
        catch (PostgresException failure)
        {
            throw new DatabaseException($"PostgreSQL says {failure.SqlState}.", failure);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new DatabaseException("PostgreSQL cannot be reached.", failure);
        }
        catch (Exception failure) when (failure is InvalidCastException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new DatabaseException("PostgreSQL answers what this software did not write.", failure);
        }
    }

    private static SnapshotRow RowOf(NpgsqlDataReader reader, RowPlace place) =>
        new(place, reader.GetInt32(0), reader.GetInt64(1), HashOf(reader, 2), reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetInt64(4), reader.GetFieldValue<byte[]>(5));

    private static Hash32 HashOf(NpgsqlDataReader reader, int column) => new(reader.GetFieldValue<byte[]>(column));

    private static NpgsqlParameter Owners(RowPlace[] places) => Of(Array.ConvertAll(places, place => place.Owner.ToArray()));

    private static NpgsqlParameter Kinds(RowPlace[] places) => Of(Array.ConvertAll(places, place => (short)place.Kind));

    private static NpgsqlParameter Keys(RowPlace[] places) => Of(Array.ConvertAll(places, place => place.Key.ToArray()));

    private static NpgsqlParameter Bytes(Hash32 hash) => Of(hash.ToArray());

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
