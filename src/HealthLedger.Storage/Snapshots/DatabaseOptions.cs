using HealthLedger.Protocol.Errors;

namespace HealthLedger.Storage.Snapshots;

/// <summary>Which database holds snapshots and shared sets, and how it is used. Losing it loses nothing. Settings <c>HEALTHLEDGER__Database__…</c>.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Where they are held. Default: an SQLite file in the node's folder.</summary>
    public DatabaseKind Kind { get; init; } = DatabaseKind.Sqlite;

    /// <summary>The SQLite file; null for <c>cache.db</c> in the node's folder.</summary>
    public string? File { get; init; }

    /// <summary>How to connect to PostgreSQL. A secret: better put it into a file.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>A file whose first line is the connection string.</summary>
    public string? ConnectionStringFile { get; init; }

    /// <summary>The schema in PostgreSQL: 1 to 40 lower-case letters, digits and underscores.</summary>
    public string Schema { get; init; } = "healthledger";

    /// <summary>The role that owns the schema, taken on for migrations; null where the login itself does. Letters as in <see cref="Schema"/>.</summary>
    public string? MigrationRole { get; init; }

    /// <summary>False where an operator runs the migrations; the node then refuses a schema older than it needs.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>Connections to PostgreSQL at most, 2 to 100.</summary>
    public int ConnectionsMax { get; init; } = 8;

    /// <summary>Rows that wait to be written, at most; beyond it new ones are dropped. 64 to 1,000,000.</summary>
    public int QueueRowsMax { get; init; } = 65_536;

    /// <summary>Bytes that wait to be written, at most. 1 MiB or more.</summary>
    public long QueueBytesMax { get; init; } = 64L << 20;

    /// <summary>Rows in one write, 1 to 4,096.</summary>
    public int BatchRowsMax { get; init; } = 512;

    /// <summary>How long rows wait for others to go with them.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>After how long a reader goes on without an answer.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After how long a batch counts as failed.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long a start goes on without the database.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Members of shared sets at most; beyond it nothing is added until some have expired.</summary>
    public long SetEntriesMax { get; init; } = 1_000_000;

    /// <summary>Snapshots that were not put for so long are deleted.</summary>
    public TimeSpan KeepSnapshots { get; init; } = TimeSpan.FromDays(60);

    /// <summary>
    /// Whether clients get tokens while PostgreSQL is away. A gateway then knows of its own assertions only, so that one which was stolen within its five minutes
    /// could be played at another gateway; without it clients are told to try again.
    /// </summary>
    public bool TokensWithoutDatabase { get; init; }

    /// <summary>The fault that names a setting which is not legal, and what would be; null for none.</summary>
    public Fault? Check()
    {
        if (!Enum.IsDefined(Kind)) return Unfit(nameof(Kind), "memory, sqlite or postgres");
        if (Kind == DatabaseKind.Postgres && (ConnectionString is null) == (ConnectionStringFile is null))
            return Unfit(nameof(ConnectionStringFile), "a file with the connection string (or ConnectionString is set, but not both)");
        if (!IsName(Schema)) return Unfit(nameof(Schema), "1 to 40 lower-case letters, digits and underscores");
        if (MigrationRole is not null && !IsName(MigrationRole)) return Unfit(nameof(MigrationRole), "1 to 40 lower-case letters, digits and underscores");
        if (ConnectionsMax is < 2 or > 100) return Unfit(nameof(ConnectionsMax), "2 to 100");
        if (QueueRowsMax is < 64 or > 1_000_000) return Unfit(nameof(QueueRowsMax), "64 to 1000000");
        if (QueueBytesMax < 1 << 20) return Unfit(nameof(QueueBytesMax), "1048576 or more");
        if (BatchRowsMax is < 1 or > 4_096) return Unfit(nameof(BatchRowsMax), "1 to 4096");
        if (SetEntriesMax < 1) return Unfit(nameof(SetEntriesMax), "1 or more");
        foreach ((string name, TimeSpan value) in new[] { (nameof(ReadTimeout), ReadTimeout), (nameof(WriteTimeout), WriteTimeout), (nameof(ConnectTimeout), ConnectTimeout), (nameof(KeepSnapshots), KeepSnapshots) })
            if (value <= TimeSpan.Zero) return Unfit(name, "a time above zero");
        return Linger < TimeSpan.Zero || Linger > TimeSpan.FromSeconds(10) ? Unfit(nameof(Linger), "a time from 0 to 10 s") : null;
    }

    /// <summary>The kind alone: a connection string is a secret.</summary>
    public override string ToString() => Kind.ToString();

    private static bool IsName(string text) => text.Length is > 0 and <= 40 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static Fault Unfit(string name, string legal) => new(FaultCode.SettingUnfit, $"HEALTHLEDGER__Database__{name} is {legal}.");
}

/// <summary>What holds snapshots and shared sets.</summary>
public enum DatabaseKind
{
    /// <summary>This process's memory: gone with it.</summary>
    Memory,

    /// <summary>A file of the node's own.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, shared by several nodes and gateways.</summary>
    Postgres,
}
