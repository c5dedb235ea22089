using System.Security.Cryptography;

namespace HealthLedger.Storage;

/// <summary>How a replica's store uses disk and memory. The defaults serve a machine with several replicas.</summary>
public sealed record StorageOptions
{
    /// <summary>Bytes of a log segment; a record that is larger gets a segment of its own. 64 KiB to 1 GiB.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of a log written with zeros ahead of the writer, in the background.</summary>
    public int PrepareBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of one generation of a vote file; it is replaced by the next generation when full. There are four such files.</summary>
    public int VoteFileBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of changed rows a shard's state holds in memory before it writes a run. Twice that at most, for each shard.</summary>
    public int StateMemoryBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of index rows that the index of one log holds in memory before it writes a run.</summary>
    public int IndexMemoryBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of run blocks kept in memory, for all shards and indexes of this store together.</summary>
    public int BlockCacheBytes { get; init; } = 16 << 20;

    /// <summary>Runs of one size that are merged into one of the next.</summary>
    public int RunsPerLevel { get; init; } = 6;

    /// <summary>Bytes staged for the disk above which uploads wait.</summary>
    public long StagedBytesMax { get; init; } = 64 << 20;

    /// <summary>Leaves after which a shard's tree is flushed; a restart hands at most this many again.</summary>
    public int TreeFlushLeaves { get; init; } = 16_384;

    /// <summary>How long an object that nobody names is kept (PROTOCOL.md section 6).</summary>
    public TimeSpan UnnamedObjectLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Bytes per second that the scrubber reads.</summary>
    public int ScrubBytesPerSecond { get; init; } = 4 << 20;

    /// <summary>
    /// True where the member has a validator key that has never signed anything: votes of another key are let go of, and that they were lost no longer counts. Never
    /// for a key that has been used.
    /// </summary>
    public bool BeginVotesAnew { get; init; }

    /// <summary>False in tests that run background work step by step themselves.</summary>
    public bool RunBackground { get; init; } = true;

    /// <summary>Labels of everything that the store measures: whose it is, where one process has several.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> MeterTags { get; init; } = [];

    /// <summary>Source of salts and hash seeds; need not be secret once written, only unknown beforehand.</summary>
    public Func<ulong> Random { get; init; } = () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
