using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.Execution;
using HealthLedger.Storage;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Validator.Snapshots;

/// <summary>
/// A snapshot on its way into a replica's folder: <c>snapshots/shard/</c> with <c>manifest</c>, <c>rows-n</c>, <c>leaves-n</c>, <c>block</c>. Each piece is checked before it is
/// written and again before it is used, so a run that ends in between goes on where it was. The replica takes the whole in at its next start.
/// </summary>
internal sealed class SnapshotFolder(string replica, int shard)
{
    private const string ManifestName = "manifest", BlockName = "block";

    private string Folder => Path.Combine(replica, "snapshots", $"{shard:D4}");

    /// <summary>The manifest that pieces are being fetched for; null for none, or one that does not hold.</summary>
    public SnapshotManifest? Manifest(ConfigurationBook book) =>
        Read(ManifestName) is { } bytes && SnapshotManifest.Decode(bytes, shard, book).TryGet(out SnapshotManifest? manifest, out _) ? manifest : null;

    /// <summary>Begins with a manifest; pieces of another one are deleted.</summary>
    public void Begin(SnapshotManifest manifest)
    {
        Delete();
        Directory.CreateDirectory(Folder);
        Write(ManifestName, manifest.Encode());
    }

    /// <summary>Deletes all pieces.</summary>
    public void Delete()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The rows of a chunk; null where it is not here, or not the one that the manifest says.</summary>
    public Row[]? Rows(SnapshotManifest manifest, int chunk) => Read($"rows-{chunk}") is { } bytes ? ReadRows(manifest, chunk, bytes) : null;

    /// <summary>Keeps a chunk of rows; false where it is not the one that the manifest says.</summary>
    public bool PutRows(SnapshotManifest manifest, int chunk, ReadOnlyMemory<byte> bytes) => ReadRows(manifest, chunk, bytes) is not null && Write($"rows-{chunk}", bytes);

    /// <summary>The leaf hashes of a chunk; null where it is not here, or not the one that the manifest says.</summary>
    public Hash32[]? Leaves(SnapshotManifest manifest, int chunk) => Read($"leaves-{chunk}") is { } bytes ? ReadLeaves(manifest, chunk, bytes) : null;

    /// <summary>Keeps a chunk of leaf hashes; false where it is not the one that the manifest says.</summary>
    public bool PutLeaves(SnapshotManifest manifest, int chunk, ReadOnlyMemory<byte> bytes) => ReadLeaves(manifest, chunk, bytes) is not null && Write($"leaves-{chunk}", bytes);

    /// <summary>The block that the snapshot is above; null where it is not here.</summary>
    public BlockRecord? Block(SnapshotManifest manifest) => Read(BlockName) is { } bytes ? ReadBlock(manifest, bytes) : null;

    /// <summary>Keeps the block; false where it is another one. Its outcomes are held against the leaves.</summary>
    public bool PutBlock(SnapshotManifest manifest, ReadOnlyMemory<byte> bytes) => ReadBlock(manifest, bytes) is not null && Write(BlockName, bytes);

    /// <summary>Takes a whole snapshot into the store, where one is here; durable on return. Nothing of it is used unless every piece holds.</summary>
    /// <returns>True where the store is at the snapshot's height now.</returns>
    public async Task<bool> InstallAsync(ReplicaStore store, ConfigurationBook book)
    {
        if (Manifest(book) is not { } manifest) return false;
        StateStore state = store.State((uint)shard);
        bool isWhole = Block(manifest) is not null && Enumerable.Range(0, manifest.RowChunks.Length).All(chunk => Rows(manifest, chunk) is not null)
            && Enumerable.Range(0, manifest.LeafChunks.Length).All(chunk => Leaves(manifest, chunk) is not null);
        if (!isWhole) return false;
        ulong height = (ulong)manifest.Head.Height;
        if (state.AppliedHeight is null || state.AppliedHeight < height)
        {
            BlockRecord block = Block(manifest)!;
            store.Blocks.Append((uint)shard, height, block.Block.Hash, block.Bytes);
            store.Blocks.Commit((uint)shard, height, block.Block.Hash, (ulong)manifest.Head.TreeSize, default, start: true);
            await store.FlushAsync();
            TreeStore tree = store.Tree((uint)shard);
            tree.Clear();
            for (int chunk = 0; chunk < manifest.LeafChunks.Length; chunk++) tree.Append(Leaves(manifest, chunk));
            state.ReplaceFrom(height, Enumerable.Range(0, manifest.RowChunks.Length).SelectMany(chunk => Rows(manifest, chunk)!));
        }
        Delete();
        return true;
    }

    private static Row[]? ReadRows(SnapshotManifest manifest, int chunk, ReadOnlyMemory<byte> bytes)
    {
        CborReader reader = new(bytes.Span);
        int count = reader.ReadArrayStart();
        if (count is < 1 or > SnapshotIndex.ChunkRows) return null;
        Row[] rows = new Row[count];
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.ReadArrayStart(2);
            byte[] key = reader.ReadBytesUpTo(StateStore.KeyBytesMax).ToArray(), value = reader.ReadBytesUpTo(StateStore.ValueBytesMax).ToArray();
            // The root says nothing of rows that do not ascend: it is not computed of them.
            if (key.Length == 0 || (i > 0 && rows[i - 1].Key.Span.SequenceCompareTo(key) >= 0)) return null;
            rows[i] = new Row(key, value);
        }
        return reader.End() && StateRoot.Compute(rows) == manifest.RowChunks[chunk] ? rows : null;
    }

    private static Hash32[]? ReadLeaves(SnapshotManifest manifest, int chunk, ReadOnlyMemory<byte> bytes)
    {
        CborReader reader = new(bytes.Span);
        Hash32[] leaves = reader.ReadHashes(SnapshotManifest.ChunkLeaves);
        long expected = Math.Min(SnapshotManifest.ChunkLeaves, manifest.Head.TreeSize - (long)chunk * SnapshotManifest.ChunkLeaves);
        return reader.End() && leaves.Length == expected && MerkleTree.Root(leaves) == manifest.LeafChunks[chunk] ? leaves : null;
    }

    private BlockRecord? ReadBlock(SnapshotManifest manifest, ReadOnlyMemory<byte> bytes)
    {
        if (!BlockRecord.Decode(bytes).TryGet(out BlockRecord? record, out _) || record.Block.Hash != manifest.Head.ComputeHash() || record.Block.CheckBody() is not null) return null;
        Hash32[] added = BlockLeaves.Hashes(record);
        long first = manifest.Head.TreeSize - added.Length;
        Hash32[]? leaves = null;
        for (int i = 0; i < added.Length; i++)
        {
            (long chunk, long place) = Math.DivRem(first + i, SnapshotManifest.ChunkLeaves);
            if (leaves is null || place == 0) leaves = Leaves(manifest, (int)chunk);
            if (leaves is null || leaves[place] != added[i]) return null;
        }
        return record;
    }

    private byte[]? Read(string name) => File.Exists(Path.Combine(Folder, name)) ? File.ReadAllBytes(Path.Combine(Folder, name)) : null;

    private bool Write(string name, ReadOnlyMemory<byte> bytes)
    {
        string path = Path.Combine(Folder, name), temporary = path + ".new";
        using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes.Span);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        return true;
    }
}
