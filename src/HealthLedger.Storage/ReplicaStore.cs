using System.Collections.Concurrent;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Background;
using HealthLedger.Storage.Blocks;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Objects;
using HealthLedger.Storage.Sorted;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Telemetry;
using HealthLedger.Storage.Trees;
using HealthLedger.Storage.Votes;

namespace HealthLedger.Storage;

/// <summary>
/// All files of one replica, in one folder that one process holds at a time. See the project's README for the order of calls.
/// Safe for concurrent use where its parts are.
/// </summary>
public sealed class ReplicaStore : IAsyncDisposable
{
    /// <summary>Shards a store keeps apart, the directory included (FORMATS.md section 5).</summary>
    public const uint ShardsMax = 1025;

    private static readonly byte[] Version = "healthledger/store/1"u8.ToArray();
    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly StorageOptions _options;
    private readonly BlockCache _cache;
    private readonly IDisposable _lock;
    private readonly VoteFiles _voteFiles;
    private readonly BackgroundWork _background;
    private readonly GroupCommit _commit;
    private readonly ConcurrentDictionary<uint, Lazy<StateStore>> _states = new();
    private readonly ConcurrentDictionary<uint, Lazy<TreeStore>> _trees = new();
    private int _disposed;

    private ReplicaStore(IFileSystem files, string folder, StorageOptions options, TimeProvider time, StoreHealth health, IDisposable held)
    {
        (_files, _folder, _options, Health, _lock, Time) = (files, folder, options, health, held, time);
        _cache = new BlockCache(options.BlockCacheBytes);
        TwinFile identity = TwinFile.Open(files, folder, "store", health);
        // Logs begin only after the identity is durable, so they tell that there was one.
        bool used = identity.Value is not null || identity.Lost
            || new[] { "blocks", "objects", "keys" }.Any(name => files.List(Path.Combine(folder, name)).Any(file => file.EndsWith(".log", StringComparison.Ordinal)));
        if (options.BeginVotesAnew) LetGoOfVotes();
        (_voteFiles, VoteRecovery recovered) = VoteFiles.Open(files, Path.Combine(folder, "votes"), used && !options.BeginVotesAnew, options, health);
        Votes = new VoteLog(_voteFiles, recovered, options);
        // What is written from now on makes the files sound again, and must not make anybody believe that nothing was lost.
        TwinFile silent = TwinFile.Open(files, folder, "silent", health);
        if (silent.Value is not null || silent.Lost) health.LoseVotes();
        if (!health.MayVote && silent.Value is null) silent.Write(Version);
        Blocks = BlockLog.Open(files, Path.Combine(folder, "blocks"), options, _cache, health);
        Objects = new ObjectStore(files, Path.Combine(folder, "objects"), options, _cache, health, time);
        Keys = new KeyStore(files, Path.Combine(folder, "keys"), options, _cache, health, time);
        if (Blocks.Log.Log.NextSequence < recovered.BlockSequence)
            health.Report(new Damage(DamageKind.Block, Path.Combine(folder, "blocks"), -1, DamageOutcome.Open, "The block log ends before what the vote log knows to be durable: blocks are missing."));
        if (identity.Value is null || identity.Lost) identity.Write(Version);
        Metrics = new StoreMetrics(options);
        _commit = new GroupCommit([Votes, Blocks.Log, Objects.Log, Keys.Log], health, time, Metrics);
        // A disk that refuses rows or tiles is no better than one that refuses votes.
        _background = new BackgroundWork(options.RunBackground, (_, cause) => _commit.Abort(cause));
        Votes.BlockSequence = () => Blocks.Log.DurableSequence;
        Connect("blocks", Blocks.Log);
        Connect("objects", Objects.Log);
        Connect("keys", Keys.Log);
        Objects.RoomAsync = Keys.RoomAsync = RoomAsync;
        Metrics.Observe(this, files, folder);
    }

    /// <summary>What was found damaged, and whether the store lives.</summary>
    public StoreHealth Health { get; }

    /// <summary>Promises, votes, locks.</summary>
    public VoteLog Votes { get; }

    /// <summary>Blocks, commits, certificates.</summary>
    public BlockLog Blocks { get; }

    /// <summary>Ciphertexts.</summary>
    public ObjectStore Objects { get; }

    /// <summary>Wrapped and sealed keys, which can be erased.</summary>
    public KeyStore Keys { get; }

    internal TimeProvider Time { get; }

    internal BackgroundWork Background => _background;

    internal StoreMetrics Metrics { get; }

    internal StorageOptions Options => _options;

    internal IEnumerable<StateStore> OpenStates => _states.Values.Select(lazy => lazy.Value);

    internal IEnumerable<TreeStore> OpenTrees => _trees.Values.Select(lazy => lazy.Value);

    /// <summary>Called once, when a write or flush has failed and the store has ended.</summary>
    public event Action<StoreFailedException>? StoreFailed
    {
        add => _commit.Failed += value;
        remove => _commit.Failed -= value;
    }

    /// <summary>
    /// Opens or creates a replica's folder: takes its lock, cuts unfinished writes, repairs what a twin or a log can repair, reports the
    /// rest in <see cref="Health"/>. Time: that of what was written since the indexes were last written, whatever the length.
    /// </summary>
    /// <returns>HL-5001 where another process holds the folder, HL-5002 where the system refuses to read or write it.</returns>
    public static Result<ReplicaStore> Open(string folder, StorageOptions options, TimeProvider time, IFileSystem? files = null)
    {
        files ??= new LocalFileSystem();
        IDisposable? held = null;
        try
        {
            folder = Path.GetFullPath(folder);
            files.CreateFolder(folder);
            held = files.TryLock(Path.Combine(folder, "lock"));
            if (held is null) return new Fault(FaultCode.StoreLocked, $"Another process has the store {folder} open.");
            return new ReplicaStore(files, folder, options, time, new StoreHealth(), held);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            return new Fault(FaultCode.StoreUnusable, $"The store {folder} cannot be used: {refused.Message}");
        }
    }

    /// <summary>The rows of a shard; opened at the first call.</summary>
    public StateStore State(uint shard) => _states.GetOrAdd(Checked(shard), key => new Lazy<StateStore>(() =>
        new StateStore(key, _files, Path.Combine(_folder, "state", $"{key:D4}"), _options, _cache, Health, _background, FlushAsync))).Value;

    /// <summary>The tree of a shard; opened at the first call.</summary>
    public TreeStore Tree(uint shard) => _trees.GetOrAdd(Checked(shard), key => new Lazy<TreeStore>(() =>
        new TreeStore(key, _files, Path.Combine(_folder, "trees", $"{key:D4}"), _options, Health, _background, FlushAsync))).Value;

    /// <summary>Completes when everything that any shard staged before this call is durable.</summary>
    /// <exception cref="StoreFailedException">A write or flush failed, now or earlier: the store has ended for ever.</exception>
    public ValueTask FlushAsync() => _commit.FlushAsync();

    /// <summary>Flushes, writes what is in memory so that the next start has nothing to replay, and lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            await _background.DisposeAsync().ConfigureAwait(false);
            if (Health.Failure is null) await TryPersistAllAsync().ConfigureAwait(false);
            await _commit.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Close();
        }
    }

    /// <summary>
    /// Ends the store where its files are gone from the folder: what is open can still be read and written, and would be lost with the process.
    /// </summary>
    internal void VerifyPresent()
    {
        string[] parts = [Path.Combine(_folder, "votes"), Path.Combine(_folder, "blocks"), Path.Combine(_folder, "objects"), Path.Combine(_folder, "keys")];
        foreach (string part in parts)
        {
            if (_files.List(part).Count > 0) continue;
            Health.Report(new Damage(DamageKind.Manifest, part, -1, DamageOutcome.Open, "The store's files are gone from the folder: the replica ends and must be started again."));
            _commit.Abort(new IOException($"The files of {part} are gone."));
            return;
        }
    }

    /// <summary>Ends without writing anything more, as a crash would; for tests.</summary>
    internal async ValueTask AbandonAsync()
    {
        Interlocked.Exchange(ref _disposed, 1);
        await _background.DisposeAsync().ConfigureAwait(false);
        await _commit.DisposeAsync().ConfigureAwait(false);
        Close();
    }

    private void LetGoOfVotes()
    {
        string votes = Path.Combine(_folder, "votes");
        foreach (string name in _files.List(votes)) _files.Delete(Path.Combine(votes, name));
        foreach (string name in _files.List(_folder).Where(name => name is "silent-a" or "silent-b")) _files.Delete(Path.Combine(_folder, name));
        _files.FlushFolder(_folder);
    }

    private void Close()
    {
        Metrics.Dispose();
        foreach (StateStore state in OpenStates) state.Dispose();
        foreach (TreeStore tree in OpenTrees) tree.Dispose();
        Blocks.Log.Dispose();
        Objects.Log.Dispose();
        Keys.Log.Dispose();
        _voteFiles.Dispose();
        _lock.Dispose();
    }

    // What is in memory can be computed again: a folder that takes no more does not keep the store from ending.
    private async ValueTask TryPersistAllAsync()
    {
        try
        {
            await PersistAllAsync().ConfigureAwait(false);
        }
        catch (IOException refused)
        {
            Health.Fail(refused);
        }
    }

    private async ValueTask PersistAllAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        foreach (StateStore state in OpenStates) state.PersistAll();
        foreach (TreeStore tree in OpenTrees) tree.PersistAll();
        Blocks.Log.PersistAll();
        Objects.Log.PersistAll();
        Keys.Log.PersistAll();
    }

    private async ValueTask RoomAsync()
    {
        if (Objects.Log.Log.StagedBytes + Keys.Log.Log.StagedBytes > _options.StagedBytesMax) await FlushAsync().ConfigureAwait(false);
    }

    private void Connect(string name, Logs.IndexedLog log)
    {
        log.FlushAsync = FlushAsync;
        log.PersistWanted = () => _background.Post($"{name}-index", log.PersistIndex);
        log.Log.PrepareWanted = () => _background.Post($"{name}-prepare", log.Log.Prepare);
        _background.Post($"{name}-prepare", log.Log.Prepare);
    }

    private static uint Checked(uint shard) => shard < ShardsMax ? shard : throw new ArgumentOutOfRangeException(nameof(shard), shard, $"There are at most {ShardsMax} shards.");
}
