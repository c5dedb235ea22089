using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Logs;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Blocks;

/// <summary>
/// The blocks, commits and certificates of all shards. What is appended can be read at once and is durable with the next flush of the
/// store. Every read is checked; what reads damaged is reported, comes back as null, and is healed by appending it again.
/// Safe for concurrent use.
/// </summary>
public sealed class BlockLog
{
    private readonly StoreHealth _health;

    private BlockLog(IndexedLog log, StoreHealth health) => (Log, _health) = (log, health);

    /// <summary>The largest block record or certificate, in bytes.</summary>
    public const int BytesMax = 32 << 20;

    internal IndexedLog Log { get; }

    internal static BlockLog Open(IFileSystem files, string folder, StorageOptions options, BlockCache cache, StoreHealth health)
    {
        IndexedLog log = IndexedLog.Open(files, folder, "blocks", options, cache, health, DamageKind.Block, Index, (record, file) =>
        {
            (uint shard, ulong height, Hash32 hash, _) = BlockKeys.ReadRecord(record.Key.Span);
            return new Damage(DamageKind.Block, file, record.Address.Offset, DamageOutcome.Open, "A block or commit record is damaged.", shard, height, hash);
        });
        return new BlockLog(log, health);
    }

    /// <summary>Stages a block, committed or not. Where the same hash is there already and sound, nothing is written.</summary>
    public void Append(uint shard, ulong height, Hash32 hash, ReadOnlyMemory<byte> bytes)
    {
        CheckLength(bytes);
        RecordAddress? old = Log.TryFind(BlockKeys.ByHash(hash), out ReadOnlyMemory<byte> row) ? RecordAddress.Read(row.Span) : null;
        // A vote means that the block can be read from this disk: being in the index is not enough.
        if (old is not null && TryRead(hash) is not null) return;
        Log.Append(BlockKeys.BlockRecord, BlockKeys.Record(shard, height, hash, null), bytes.Span, out _);
        if (old is { } damaged)
            _health.Report(new Damage(DamageKind.Block, Log.Log.PathOf(damaged.Segment), damaged.Offset, DamageOutcome.Healed, "A damaged block was written again.", shard, height, hash));
    }

    /// <summary>
    /// Stages that a block is committed, in ascending order of height for each shard. An ancestor that a later certificate covers has an
    /// empty certificate. Repeating a commit replaces its certificate (and heals it).
    /// </summary>
    /// <param name="shard">The shard.</param>
    /// <param name="height">One above <see cref="CommittedHeight"/>, or lower to repeat; anything where <paramref name="start"/>.</param>
    /// <param name="hash">The block's hash.</param>
    /// <param name="treeSize">Leaves of the shard's tree after the block.</param>
    /// <param name="certificate">The caller's bytes; empty where a later one covers the block.</param>
    /// <param name="start">True for a height that a snapshot was taken over at: what lies below is not here.</param>
    public void Commit(uint shard, ulong height, Hash32 hash, ulong treeSize, ReadOnlyMemory<byte> certificate, bool start = false)
    {
        CheckLength(certificate);
        Log.Append(start ? BlockKeys.StartRecord : BlockKeys.CommitRecord, BlockKeys.Record(shard, height, hash, treeSize), certificate.Span, out _);
    }

    /// <summary>True where a block of that hash was appended.</summary>
    public bool Contains(Hash32 hash) => Log.TryFind(BlockKeys.ByHash(hash), out _);

    /// <summary>A block by its hash, committed or not; null where it is missing or damaged (which is then reported).</summary>
    public StoredBlock? TryRead(Hash32 hash)
    {
        if (!Log.TryFind(BlockKeys.ByHash(hash), out ReadOnlyMemory<byte> row)) return null;
        RecordAddress address = RecordAddress.Read(row.Span);
        uint shard = BinaryPrimitives.ReadUInt32BigEndian(row.Span[12..]);
        ulong height = BinaryPrimitives.ReadUInt64BigEndian(row.Span[16..]);
        if (Log.Log.TryRead(address) is { Kind: BlockKeys.BlockRecord } record && record.Key.Span.SequenceEqual(BlockKeys.Record(shard, height, hash, null)))
            return new StoredBlock(shard, height, hash, record.Payload);
        _health.Report(new Damage(DamageKind.Block, Log.Log.PathOf(address.Segment), address.Offset, DamageOutcome.Open, "A block is damaged.", shard, height, hash));
        return null;
    }

    /// <summary>What is committed at a height; null above the shard's head.</summary>
    public CommittedBlock? Committed(uint shard, ulong height)
    {
        if (!Log.TryFind(BlockKeys.ByHeight(shard, height), out ReadOnlyMemory<byte> row)) return null;
        return new CommittedBlock(shard, height, new Hash32(row.Span.Slice(12, 32)), BinaryPrimitives.ReadUInt64BigEndian(row.Span[44..]));
    }

    /// <summary>The committed block of a height; null where there is none, or it is damaged (which is then reported).</summary>
    public StoredBlock? TryRead(uint shard, ulong height) => Committed(shard, height) is { } committed ? TryRead(committed.Hash) : null;

    /// <summary>The certificate of a height: empty where a later one covers it, null where nothing is committed or it is damaged (reported).</summary>
    public ReadOnlyMemory<byte>? Certificate(uint shard, ulong height)
    {
        if (!Log.TryFind(BlockKeys.ByHeight(shard, height), out ReadOnlyMemory<byte> row)) return null;
        RecordAddress address = RecordAddress.Read(row.Span);
        Hash32 hash = new(row.Span.Slice(12, 32));
        ulong treeSize = BinaryPrimitives.ReadUInt64BigEndian(row.Span[44..]);
        if (Log.Log.TryRead(address) is { Kind: BlockKeys.CommitRecord or BlockKeys.StartRecord } record && record.Key.Span.SequenceEqual(BlockKeys.Record(shard, height, hash, treeSize)))
            return record.Payload;
        _health.Report(new Damage(DamageKind.Block, Log.Log.PathOf(address.Segment), address.Offset, DamageOutcome.Open, "A certificate is damaged.", shard, height, hash));
        return null;
    }

    /// <summary>The highest height of a shard up to which every commit is here; null where nothing is committed.</summary>
    public ulong? CommittedHeight(uint shard) =>
        Log.TryFind(BlockKeys.Head(shard), out ReadOnlyMemory<byte> row) ? BinaryPrimitives.ReadUInt64BigEndian(row.Span) : null;

    /// <summary>The committed block that added a leaf to the shard's tree; null where the tree is not that large.</summary>
    public CommittedBlock? FindLeaf(uint shard, ulong leafIndex)
    {
        // Rows lie at the sizes after each block: the leaf is in the first block whose size exceeds its index.
        byte[] after = BlockKeys.ByTreeSize(shard, leafIndex);
        return Log.FindFirst(after.AsMemory(0, 5), after) is { } row ? Committed(shard, BinaryPrimitives.ReadUInt64BigEndian(row.Value.Span)) : null;
    }

    /// <summary>
    /// Replaces a block's record by another form of it (bodies erased, FORMATS.md section 3) and overwrites the old bytes on the disk;
    /// durable on return.
    /// </summary>
    public ValueTask ReplaceAsync(uint shard, ulong height, Hash32 hash, ReadOnlyMemory<byte> bytes)
    {
        CheckLength(bytes);
        return Log.ReplaceAsync(BlockKeys.ByHash(hash), BlockKeys.BlockRecord, BlockKeys.Record(shard, height, hash, null), bytes);
    }

    /// <summary>Wins back the space of replaced records, where half a segment or more is; the segments rewritten.</summary>
    public ValueTask<int> CompactAsync(CancellationToken cancel = default) => Log.CompactAsync((kind, key) =>
    {
        (uint shard, ulong height, Hash32 hash, _) = BlockKeys.ReadRecord(key.Span);
        return kind == BlockKeys.BlockRecord ? BlockKeys.ByHash(hash) : BlockKeys.ByHeight(shard, height);
    }, cancel);

    private static void CheckLength(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) throw new ArgumentException($"A record has at most {BytesMax} bytes, not {bytes.Length}.", nameof(bytes));
    }

    private static void Index(byte kind, ReadOnlySpan<byte> key, RecordAddress address, SortedStore index)
    {
        (uint shard, ulong height, Hash32 hash, ulong treeSize) = BlockKeys.ReadRecord(key);
        Span<byte> value = stackalloc byte[52];
        address.Write(value);
        if (kind == BlockKeys.BlockRecord)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[12..], shard);
            BinaryPrimitives.WriteUInt64BigEndian(value[16..], height);
            index.Set(BlockKeys.ByHash(hash), value[..24]);
            return;
        }
        hash.CopyTo(value[12..]);
        BinaryPrimitives.WriteUInt64BigEndian(value[44..], treeSize);
        index.Set(BlockKeys.ByHeight(shard, height), value);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, height);
        byte[] bySize = BlockKeys.ByTreeSize(shard, treeSize), head = BlockKeys.Head(shard);
        // A block without leaves leaves the size as it was: the row stays with the block that reached it.
        if (!index.TryGet(bySize, out _)) index.Set(bySize, number);
        bool known = index.TryGet(head, out ReadOnlyMemory<byte> row);
        ulong highest = known ? BinaryPrimitives.ReadUInt64BigEndian(row.Span) : 0;
        if (known && kind != BlockKeys.StartRecord && height != highest + 1) return;
        if (known && height < highest) return;
        // A power cut may have kept a later commit of the same write and lost this one: those count from now on.
        while (index.TryGet(BlockKeys.ByHeight(shard, height + 1), out _)) height++;
        BinaryPrimitives.WriteUInt64BigEndian(number, height);
        index.Set(head, number);
    }
}
