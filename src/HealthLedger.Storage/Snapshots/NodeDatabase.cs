using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots.Memory;
using HealthLedger.Storage.Snapshots.Postgres;
using HealthLedger.Storage.Snapshots.Sealing;
using HealthLedger.Storage.Snapshots.Sqlite;
using HealthLedger.Storage.Snapshots.Writing;

namespace HealthLedger.Storage.Snapshots;

/// <summary>
/// The database of a process: snapshots of the members it runs, and sets that its doors share with others. It starts, works and ends without the database
/// being there; nothing in it is a truth.
/// </summary>
public sealed class NodeDatabase : IAsyncDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = DatabaseMetrics.MeterName;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1), FarewellMax = TimeSpan.FromSeconds(2);

    private readonly ITimer _sweep;
    private readonly string? _instead;
    private readonly TimeProvider _clock;
    private int _closed;

    private NodeDatabase(ICacheDatabase backend, DatabaseOptions options, TimeProvider clock, string? instead)
    {
        (Backend, Options, _clock, _instead) = (backend, options, clock, instead);
        Metrics = new DatabaseMetrics(backend.Name);
        Gate = new DatabaseGate(backend, options, clock, Metrics);
        Queue = new WriteBehind(backend, Gate, options, clock, Metrics);
        Sets = new SharedSets(backend, Gate, options, clock);
        Metrics.Watch(() => Gate.Trouble is null, () => Queue.Count, () => Queue.Bytes, () => Sets.Count);
        _sweep = clock.CreateTimer(_ => _ = Sets.SweepAsync().AsTask(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Sets shared by all nodes and gateways that use this database.</summary>
    public SharedSets Sets { get; }

    /// <summary>What kind of database it is.</summary>
    public string Kind => Backend.Name;

    /// <summary>A sentence for the operator where something is wrong; null while the database answers.</summary>
    public string? Warning =>
        Gate.Trouble is { } trouble ? $"The database of snapshots ({Kind}) is not used: {trouble} Nothing is lost; answers come from the ledger." : _instead;

    /// <summary>Called when <see cref="Warning"/> may have changed.</summary>
    public event Action? Changed
    {
        add => Gate.Changed += value;
        remove => Gate.Changed -= value;
    }

    internal ICacheDatabase Backend { get; }

    internal DatabaseOptions Options { get; }

    internal DatabaseMetrics Metrics { get; }

    internal DatabaseGate Gate { get; }

    internal WriteBehind Queue { get; }

    /// <summary>Opens the database that the options name, and runs its migrations. One that cannot be reached is tried again while the node works.</summary>
    /// <param name="options">Which.</param>
    /// <param name="folder">The node's folder, for the SQLite file.</param>
    /// <param name="clock">The clock.</param>
    /// <returns>The database; a fault where a setting is not legal, or the tables are of newer software.</returns>
    public static async ValueTask<Result<NodeDatabase>> OpenAsync(DatabaseOptions options, string folder, TimeProvider clock)
    {
        if (options.Check() is { } unfit) return unfit;
        string? instead = null;
        ICacheDatabase backend;
        switch (options.Kind)
        {
            case DatabaseKind.Postgres:
                if (!PostgresDatabase.Open(options).TryGet(out PostgresDatabase? postgres, out Fault fault)) return fault;
                backend = postgres;
                break;
            case DatabaseKind.Sqlite when SqliteDatabase.Open(options.File ?? Path.Combine(folder, "cache.db")).TryGet(out SqliteDatabase? sqlite, out fault):
                backend = sqlite;
                break;
            case DatabaseKind.Sqlite:
                instead = "SQLite is not installed: snapshots are kept in memory and end with the process.";
                backend = new MemoryDatabase();
                break;
            default:
                backend = new MemoryDatabase();
                break;
        }
        return await StartAsync(backend, options, clock, instead);
    }

    /// <summary>The snapshots of a member.</summary>
    public SnapshotStore Store(SnapshotSecret secret) => new(this, secret);

    /// <summary>Ends when all that was put is in the database.</summary>
    public Task FlushAsync(CancellationToken cancel = default) => Queue.WaitUntilEmptyAsync(cancel);

    /// <summary>Writes what waits, for two seconds at most, and closes. Puts and questions afterwards find it away.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        await _sweep.DisposeAsync();
        if (Gate.Trouble is null)
        {
            using CancellationTokenSource farewell = new(FarewellMax, _clock);
            try
            {
                await Queue.WaitUntilEmptyAsync(farewell.Token);
            }
            catch (OperationCanceledException)
            {
                // What was not written is computed again from the ledger.
            }
        }
        Queue.Stop();
        await Gate.DisposeAsync();
        await Queue.DisposeAsync();
        await Backend.DisposeAsync();
        Metrics.Dispose();
    }

    internal static async ValueTask<Result<NodeDatabase>> StartAsync(ICacheDatabase backend, DatabaseOptions options, TimeProvider clock, string? instead = null)
    {
        NodeDatabase database = new(backend, options, clock, instead);
        if (await database.Gate.StartAsync() is not { } refused) return database;
        await database.DisposeAsync();
        return refused;
    }
}
