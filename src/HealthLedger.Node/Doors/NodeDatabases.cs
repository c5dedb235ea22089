using System.Security.Cryptography;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.Snapshots.Sealing;

namespace HealthLedger.Node.Doors;

/// <summary>The process's database: its members' snapshots and what its doors share with others. A cache: without it all is there, and slower.</summary>
internal sealed partial class NodeDatabases : IAsyncDisposable
{
    private const string SecretName = "snapshots.key";

    private readonly NodeDatabase _database;
    private readonly DatabaseOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    private NodeDatabases(NodeDatabase database, DatabaseOptions options, TimeProvider clock, ILogger log)
    {
        (_database, _options, _clock, _log) = (database, options, clock, log);
        database.Changed += Tell;
    }

    /// <summary>Opens the database; a fault where a setting is not legal, or the tables are of newer software.</summary>
    /// <param name="options">Which.</param>
    /// <param name="folder">The node's folder.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logs">Told when it goes and comes.</param>
    public static async Task<Result<NodeDatabases>> OpenAsync(DatabaseOptions options, string folder, TimeProvider clock, ILoggerFactory logs)
    {
        Directory.CreateDirectory(folder);
        if (!(await NodeDatabase.OpenAsync(options, folder, clock)).TryGet(out NodeDatabase? database, out Fault fault)) return fault;
        NodeDatabases opened = new(database, options, clock, logs.CreateLogger<NodeDatabases>());
        opened.Tell();
        return opened;
    }

    /// <summary>Which assertions were used.</summary>
    public ReplayCache Replays => new(_clock, _database.Sets, _options.Kind != DatabaseKind.Postgres || _options.TokensWithoutDatabase);

    /// <summary>A member's snapshots, sealed under a secret in its folder.</summary>
    public Result<SnapshotStore> Store(GenesisFile genesis, Hash32 member, string memberFolder, RandomNumberGenerator random) =>
        SnapshotSecret.Open(Path.Combine(memberFolder, SecretName), $"{genesis.Hash}/{member}", random).TryGet(out SnapshotSecret? secret, out Fault fault) ? _database.Store(secret) : fault;

    /// <summary>Writes what waits, and closes.</summary>
    public ValueTask DisposeAsync()
    {
        _database.Changed -= Tell;
        return _database.DisposeAsync();
    }

    private void Tell()
    {
        if (_database.Warning is { } warning) LogAway(warning);
        else LogThere(_database.Kind);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogAway(string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database of snapshots ({Kind}) is used")]
    private partial void LogThere(string kind);
}
