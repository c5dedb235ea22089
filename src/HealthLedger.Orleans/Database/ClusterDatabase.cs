using System.Text;
using Npgsql;

namespace HealthLedger.Orleans.Database;

/// <summary>The grain database: PostgreSQL with our tables in it. It holds who is in the cluster, reminders and snapshots, and nothing that the ledger needs.</summary>
public static class ClusterDatabase
{
    /// <summary>The name by which the engine's providers know PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    // One at a time, whichever silos start together.
    private const long MigrationLock = 0x484c_434c_5553_5452;

    /// <summary>Makes or renews the tables. Any number of silos may do so at once.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancel = default)
    {
        await using NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync(cancel);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancel);
        await using (NpgsqlCommand wait = new($"SELECT pg_advisory_xact_lock({MigrationLock})", connection, transaction)) await wait.ExecuteNonQueryAsync(cancel);
        await using (NpgsqlCommand migrate = new(Script(), connection, transaction)) await migrate.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>The script that <see cref="MigrateAsync"/> runs, for who would rather run it by hand.</summary>
    public static string Script()
    {
        using Stream stream = typeof(ClusterDatabase).Assembly.GetManifestResourceStream("cluster.sql")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
