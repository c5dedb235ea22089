using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using Npgsql;

namespace HealthLedger.Storage.Snapshots.Postgres;

/// <summary>Brings the schema to its newest form, under a lock that the whole database knows, so that of many nodes that start at once one does it.</summary>
internal sealed class PostgresSchema(DatabaseOptions options)
{
    // "healthled" as a number: no other software takes this lock by chance.
    private const long Lock = 0x6865616C74686C65;

    private static readonly IReadOnlyList<Migration> Migrations = Migration.For(typeof(PostgresSchema));

    /// <summary>What the database is, or why the schema cannot be used.</summary>
    public async ValueTask<Result<Id16>> MigrateAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        if (await VersionAsync(connection, cancel) is { } present && present >= Migrations.Count) return await JudgeAsync(connection, present, cancel);
        if (!options.Migrate)
            return new Fault(FaultCode.DatabaseOlder, $"The schema {options.Schema} lacks migrations up to {Migrations.Count}, and this node is told not to run them. Run the scripts of deploy/postgres, or set HEALTHLEDGER__Database__Migrate=true.");
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancel);
        // The lock and the role end with the transaction, whatever becomes of it.
        await RunAsync($"SELECT pg_advisory_xact_lock({Lock})");
        if (options.MigrationRole is { } role) await RunAsync($"SET LOCAL ROLE {role}");
        if (!await ExistsAsync(connection, "SELECT to_regnamespace($1) IS NOT NULL", options.Schema, cancel)) await RunAsync($"CREATE SCHEMA {options.Schema}");
        await RunAsync($"SET LOCAL search_path TO {options.Schema}");
        await RunAsync($"CREATE TABLE IF NOT EXISTS {options.Schema}.migrations (number integer PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now())");
        int known = await VersionAsync(connection, cancel) ?? 0;
        foreach (Migration step in Migrations.Skip(known))
        {
            await RunAsync(step.Sql);
            await using NpgsqlCommand note = new($"INSERT INTO {options.Schema}.migrations (number, name) VALUES ($1, $2)", connection, transaction) { Parameters = { new() { Value = step.Number }, new() { Value = step.Name } } };
            await note.ExecuteNonQueryAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
        return await JudgeAsync(connection, Math.Max(known, Migrations.Count), cancel);

        async ValueTask RunAsync(string sql)
        {
            await using NpgsqlCommand command = new(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    // Null where there is no table of migrations yet.
    private async ValueTask<int?> VersionAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        if (!await ExistsAsync(connection, "SELECT to_regclass($1) IS NOT NULL", $"{options.Schema}.migrations", cancel)) return null;
        await using NpgsqlCommand command = new($"SELECT coalesce(max(number), 0) FROM {options.Schema}.migrations", connection);
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async ValueTask<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancel)
    {
        await using NpgsqlCommand command = new(sql, connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async ValueTask<Result<Id16>> JudgeAsync(NpgsqlConnection connection, int present, CancellationToken cancel)
    {
        if (present > Migrations.Count)
            return new Fault(FaultCode.DatabaseNewer, $"The schema {options.Schema} is of newer software (form {present}, this software knows {Migrations.Count}). Start the newer software, or give this one a schema of its own: nothing is lost.");
        await using NpgsqlCommand command = new($"SELECT id FROM {options.Schema}.identity", connection);
        return new Id16((byte[])(await command.ExecuteScalarAsync(cancel))!);
    }
}
