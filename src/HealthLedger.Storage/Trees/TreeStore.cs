using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Storage.Background;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;

namespace HealthLedger.Storage.Trees;

/// <summary>
/// The tree of one shard's committed leaves [RFC 9162]: leaf hashes, and the nodes of every eighth row above them. Not durable by
/// itself: after a crash <see cref="Size"/> is what was flushed last, and the caller hands the rest again. Safe for concurrent use.
/// Every full tile read from the disk is checked against the node above it.
/// </summary>
public sealed class TreeStore : ITileSource, IDisposable
{
    private const int LevelsMax = 8, CachedTilesMax = 256;
    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly StorageOptions _options;
    private readonly StoreHealth _health;
    private readonly BackgroundWork _background;
    private readonly Func<ValueTask> _flush;
    private readonly TwinFile _mark;
    private readonly Lock _gate = new(), _flushGate = new();
    private readonly List<TreeLevel> _levels = [];
    private readonly ConcurrentDictionary<(int Level, ulong Index), ReadOnlyMemory<byte>> _cache = new();
    private readonly ConcurrentQueue<(int Level, ulong Index)> _cacheOrder = new();
    private CompactRange _range = new();

    internal TreeStore(uint shard, IFileSystem files, string folder, StorageOptions options, StoreHealth health, BackgroundWork background, Func<ValueTask> flush)
    {
        (Shard, _files, _folder, _options, _health, _background, _flush) = (shard, files, folder, options, health, background, flush);
        files.CreateFolder(folder);
        _mark = TwinFile.Open(files, folder, "mark", health);
        CompactRange? range = _mark.Value is { } bytes ? Decode(bytes) : null;
        bool orphaned = range is null && (_mark.Lost || files.Exists(LevelPath(0)));
        if (range is not null && Adopt(range)) return;
        if (range is null && !orphaned) return;
        Report(LevelPath(0), 0, DamageOutcome.Open, "The end of a shard's tree is damaged: it was emptied, hand its leaves again.");
        Reset(new CompactRange());
        WriteMark();
    }

    /// <summary>The shard.</summary>
    public uint Shard { get; }

    /// <summary>Leaves in the tree.</summary>
    public ulong Size
    {
        get
        {
            lock (_gate) return _range.Size;
        }
    }

    /// <summary>The root: at most log2 n hashes.</summary>
    public Hash32 Root
    {
        get
        {
            lock (_gate) return _range.Root();
        }
    }

    /// <summary>An independent copy of the right edge, for computing the tree after a block that is not committed yet.</summary>
    public CompactRange Range()
    {
        lock (_gate) return _range.Clone();
    }

    /// <summary>Adds the leaf hashes of a committed block: at most one hash a leaf and log2 n more.</summary>
    public void Append(ReadOnlySpan<Hash32> leafHashes)
    {
        int unwritten;
        lock (_gate)
        {
            _range.Append(leafHashes, new LevelWriter(this));
            unwritten = _levels.Count == 0 ? 0 : _levels[0].Unwritten;
        }
        if (unwritten > 4 * _options.TreeFlushLeaves) FlushNow();
        else if (unwritten > _options.TreeFlushLeaves) _background.Post($"tree-{Shard}", FlushNow);
    }

    /// <summary>The inclusion path of a leaf in the tree of a size up to <see cref="Size"/>: about two tiles for each eight rows.</summary>
    /// <exception cref="TreeDamagedException">Leaf hashes on the disk are damaged.</exception>
    public Hash32[] InclusionPath(ulong index, ulong size) => TreeProof.Inclusion(Nodes(size), index, size);

    /// <summary>The consistency path between two sizes, 0 &lt; old ≤ size ≤ <see cref="Size"/>.</summary>
    /// <exception cref="TreeDamagedException">Leaf hashes on the disk are damaged.</exception>
    public Hash32[] ConsistencyPath(ulong oldSize, ulong size) => TreeProof.Consistency(Nodes(size), oldSize, size);

    /// <summary>The root at an earlier size.</summary>
    /// <exception cref="TreeDamagedException">Leaf hashes on the disk are damaged.</exception>
    public Hash32 RootAt(ulong size) => RangeAt(size).Root();

    /// <summary>The hash of a leaf.</summary>
    /// <exception cref="TreeDamagedException">Leaf hashes on the disk are damaged.</exception>
    public Hash32 LeafHash(ulong index)
    {
        Hash32[] hash = new Hash32[1];
        Nodes(Size).Read([new NodeId(0, index)], hash);
        return hash[0];
    }

    /// <summary>Reads nodes of the tree of a size up to <see cref="Size"/>.</summary>
    public INodeReader Nodes(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        return new TileNodeReader(this, size);
    }

    /// <summary>A tile as C2SP tlog-tiles has it, 32 bytes a node; at least as wide as asked.</summary>
    /// <exception cref="ArgumentException">The tree has no such tile.</exception>
    /// <exception cref="TreeDamagedException">Leaf hashes on the disk are damaged.</exception>
    public ReadOnlyMemory<byte> Read(Tile tile)
    {
        if (tile.Level is < 0 or >= LevelsMax || tile.Width is < 1 or > Tile.FullWidth || Tile.WidthAt(tile.Level, tile.Index, Size) < tile.Width)
            throw new ArgumentException($"The tree of {Size} leaves has no tile {tile.Path}.", nameof(tile));
        Hash32[] hashes = new Hash32[tile.Width];
        lock (_gate)
            if (_levels[tile.Level].TryReadTail(tile.First.Index, tile.Width, hashes)) return AsBytes(hashes);
        // Not in memory, so the tile is full now, even where the caller asks for the part of an earlier size.
        return ReadFull(tile.Level, tile.Index)[..(tile.Width * Hash32.Length)];
    }

    /// <summary>Cuts the tree back to an earlier size; durable on return.</summary>
    public void Truncate(ulong size)
    {
        CompactRange range = RangeAt(size);
        lock (_flushGate)
            lock (_gate)
            {
                FlushLevels();
                Reset(range);
                WriteMark();
            }
    }

    /// <summary>Empties the tree; durable on return.</summary>
    public void Clear()
    {
        lock (_flushGate)
            lock (_gate)
            {
                Reset(new CompactRange());
                WriteMark();
                _health.HealedAll(file => file.StartsWith(_folder, StringComparison.Ordinal));
            }
    }

    /// <summary>Writes a damaged tile of leaf hashes again; false where these are not the hashes that the nodes above promise.</summary>
    public bool Heal(Tile tile, ReadOnlySpan<Hash32> leafHashes)
    {
        if (tile.Level != 0 || leafHashes.Length != Tile.FullWidth || MerkleTree.Root(leafHashes) != Parent(0, tile.Index)) return false;
        lock (_gate) _levels[0].Rewrite(tile.First.Index, leafHashes);
        Report(_levels[0].Path, (long)tile.First.Index * Hash32.Length, DamageOutcome.Healed, "A damaged tile was written again.");
        return true;
    }

    /// <summary>Reads a full tile anew from the disk and checks it.</summary>
    internal void Verify(int level, ulong index)
    {
        // What is still in memory has not been on the disk yet.
        lock (_gate)
            if (_levels[level].TryReadTail(index * Tile.FullWidth, Tile.FullWidth, new Hash32[Tile.FullWidth])) return;
        _cache.TryRemove((level, index), out _);
        ReadFull(level, index);
    }

    /// <summary>Writes everything to the disk; what it rests on in the logs must be durable.</summary>
    internal void PersistAll()
    {
        lock (_flushGate)
            lock (_gate)
            {
                if (_levels.All(level => level.Unwritten == 0)) return;
                FlushLevels();
                WriteMark();
            }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (TreeLevel level in _levels) level.Dispose();
    }

    private sealed class LevelWriter(TreeStore tree) : INodeWriter
    {
        public void Write(NodeId first, ReadOnlySpan<Hash32> hashes)
        {
            if (first.Level % Tile.Height == 0) tree.Level(first.Level / Tile.Height).Append(hashes);
        }
    }

    private void FlushNow()
    {
        _flush().AsTask().GetAwaiter().GetResult();
        PersistAll();
    }

    private void FlushLevels()
    {
        foreach (TreeLevel level in _levels) level.WriteTail();
        foreach (TreeLevel level in _levels) level.Flush();
        foreach (TreeLevel level in _levels) level.Trim();
    }

    private ReadOnlyMemory<byte> ReadFull(int level, ulong index)
    {
        if (_cache.TryGetValue((level, index), out ReadOnlyMemory<byte> cached)) return cached;
        Hash32 promised = Parent(level, index);
        Hash32[] hashes = new Hash32[Tile.FullWidth];
        ulong first = index * Tile.FullWidth;
        bool sound = _levels[level].TryReadFile(first, hashes) && MerkleTree.Root(hashes) == promised;
        if (!sound && level > 0 && TryRecompute(level, first, hashes) && MerkleTree.Root(hashes) == promised)
        {
            lock (_gate) _levels[level].Rewrite(first, hashes);
            Report(_levels[level].Path, (long)first * Hash32.Length, DamageOutcome.Repaired, "A damaged tile was computed again from the level below.");
            sound = true;
        }
        if (!sound)
        {
            Report(_levels[level].Path, (long)first * Hash32.Length, DamageOutcome.Open, "A tile of a shard's tree is damaged.");
            throw new TreeDamagedException(Shard, new Tile(level, index, Tile.FullWidth));
        }
        ReadOnlyMemory<byte> bytes = AsBytes(hashes);
        if (_cache.TryAdd((level, index), bytes)) _cacheOrder.Enqueue((level, index));
        while (_cache.Count > CachedTilesMax && _cacheOrder.TryDequeue(out (int, ulong) oldest)) _cache.TryRemove(oldest, out _);
        return bytes;
    }

    private Hash32 Parent(int level, ulong index)
    {
        Tile above = new(level + 1, index / Tile.FullWidth, (int)(index % Tile.FullWidth) + 1);
        return new Hash32(Read(above).Span.Slice((above.Width - 1) * Hash32.Length, Hash32.Length));
    }

    private bool TryRecompute(int level, ulong first, Span<Hash32> hashes)
    {
        Hash32[] below = new Hash32[Tile.FullWidth];
        for (int i = 0; i < hashes.Length; i++)
        {
            if (!_levels[level - 1].TryReadFile((first + (ulong)i) * Tile.FullWidth, below)) return false;
            hashes[i] = MerkleTree.Root(below);
        }
        return true;
    }

    private CompactRange RangeAt(ulong size)
    {
        INodeReader nodes = Nodes(size);
        List<NodeId> peaks = [];
        ulong start = 0;
        for (int level = 63; level >= 0; level--)
        {
            if ((size >> level & 1) == 0) continue;
            peaks.Add(new NodeId(level, start >> level));
            start += 1UL << level;
        }
        Hash32[] hashes = new Hash32[peaks.Count];
        nodes.Read(CollectionsMarshal.AsSpan(peaks), hashes);
        return new CompactRange(size, hashes);
    }

    /// <summary>Takes over the files at a size; false where their last tiles do not make up the right edge.</summary>
    private bool Adopt(CompactRange range)
    {
        Reset(range);
        CompactRange read = RangeAt(range.Size);
        return read.Root() == range.Root();
    }

    private void Reset(CompactRange range)
    {
        _range = range;
        _cache.Clear();
        for (int level = 0; level < _levels.Count || (level < LevelsMax && range.Size >> (level * Tile.Height) > 0); level++)
            Level(level).Load(range.Size >> (level * Tile.Height));
    }

    private TreeLevel Level(int level)
    {
        while (_levels.Count <= level)
        {
            string path = LevelPath(_levels.Count);
            bool created = !_files.Exists(path);
            _levels.Add(new TreeLevel(_files.Open(path, FileUse.Buffered), path));
            if (created) _files.FlushFolder(_folder);
        }
        return _levels[level];
    }

    private string LevelPath(int level) => Path.Combine(_folder, $"level-{level}.hashes");

    private void WriteMark()
    {
        Hash32[] peaks = _range.Peaks();
        byte[] bytes = new byte[8 + peaks.Length * Hash32.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _range.Size);
        for (int i = 0; i < peaks.Length; i++) peaks[i].CopyTo(bytes.AsSpan(8 + i * Hash32.Length));
        _mark.Write(bytes);
    }

    private static CompactRange? Decode(byte[] bytes)
    {
        if (bytes.Length < 8) return null;
        ulong size = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        if (bytes.Length != 8 + BitOperations.PopCount(size) * Hash32.Length) return null;
        return new CompactRange(size, MemoryMarshal.Cast<byte, Hash32>(bytes.AsSpan(8)));
    }

    private static ReadOnlyMemory<byte> AsBytes(Hash32[] hashes) => MemoryMarshal.AsBytes(hashes.AsSpan()).ToArray();

    private void Report(string path, long offset, DamageOutcome outcome, string words) => _health.Report(new Damage(DamageKind.Tree, path, offset, outcome, words, Shard));
}
