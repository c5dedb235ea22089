using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace HealthLedger.Cli.Bench.Baselines;

/// <summary>What PostgreSQL does on the same disk in the same run: rows as large as an event, committed durably.</summary>
/// <param name="OneRowCommitsPerSecond">One row a transaction, 16 clients.</param>
/// <param name="BatchRowsPerSecond">256 rows an insert, 8 clients.</param>
/// <param name="OneCommitMilliseconds">The median of one client's one-row commits.</param>
public sealed record PostgresBaseline(double OneRowCommitsPerSecond, double BatchRowsPerSecond, double OneCommitMilliseconds)
{
    private const int RowBytes = 300;

    /// <summary>Measures for <paramref name="duration"/> each.</summary>
    public static async Task<PostgresBaseline> MeasureAsync(PostgresServer server, TimeSpan duration, CancellationToken cancel)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using (NpgsqlCommand create = source.CreateCommand("CREATE TABLE events (id bigserial PRIMARY KEY, hash bytea NOT NULL, body bytea NOT NULL)"))
            await create.ExecuteNonQueryAsync(cancel);
        List<double> alone = [];
        await RunAsync(source, 1, 1, duration / 4, alone, cancel);
        alone.Sort();
        double rows = await RunAsync(source, 16, 1, duration, null, cancel);
        double batched = await RunAsync(source, 8, 256, duration, null, cancel);
        return new PostgresBaseline(rows, batched, alone[alone.Count / 2]);
    }

    // Rows a second over all clients; the time of each statement in milliseconds goes to `times`.
    private static async Task<double> RunAsync(NpgsqlDataSource source, int clients, int batch, TimeSpan duration, List<double>? times, CancellationToken cancel)
    {
        using Barrier ready = new(clients + 1);
        Stopwatch watch = new();
        Task<long>[] running = [.. Enumerable.Range(0, clients).Select(_ => Task.Factory.StartNew(() =>
        {
            using NpgsqlConnection connection = source.OpenConnection();
            using NpgsqlCommand insert = new("INSERT INTO events (hash, body) SELECT * FROM unnest($1::bytea[], $2::bytea[])", connection);
            byte[][] hashes = [.. Enumerable.Range(0, batch).Select(_ => RandomNumberGenerator.GetBytes(32))];
            byte[][] bodies = [.. Enumerable.Range(0, batch).Select(_ => RandomNumberGenerator.GetBytes(RowBytes))];
            insert.Parameters.Add(new() { Value = hashes });
            insert.Parameters.Add(new() { Value = bodies });
            insert.Prepare();
            // Connecting is not measured.
            ready.SignalAndWait(cancel);
            ready.SignalAndWait(cancel);
            long count = 0;
            do
            {
                long started = Stopwatch.GetTimestamp();
                count += insert.ExecuteNonQuery();
                times?.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            while (watch.Elapsed < duration && !cancel.IsCancellationRequested);
            return count;
        }, cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.Run(() => ready.SignalAndWait(cancel), cancel);
        watch.Start();
        await Task.Run(() => ready.SignalAndWait(cancel), cancel);
        long[] counts = await Task.WhenAll(running);
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }
}
