using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Execution;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Receipts;

namespace HealthLedger.Validator.Snapshots;

/// <summary>The newest snapshot of a shard that this replica can give to one that joins: rows that are kept on the disk, and all leaf hashes of the tree.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Index">Their chunks.</param>
internal sealed record SnapshotOffer(int Shard, StateSnapshot Rows, SnapshotIndex Index)
{
    private long _treeSize;

    private long Height => (long)Rows.Height;

    /// <summary>What proves it; null until the block that carries its root is certified.</summary>
    public SnapshotManifest? Manifest(ReceiptSource blocks, TreeStore tree, long committed)
    {
        if (committed < Height + StateRoot.BehindBlocks) return null;
        ImmutableArray<BlockHeader>.Builder headers = ImmutableArray.CreateBuilder<BlockHeader>();
        for (long at = Height; at < Height + StateRoot.BehindBlocks; at++)
        {
            if (blocks.HeaderAt(Shard, at) is not { } header) return null;
            headers.Add(header);
        }
        if (blocks.Certified(Shard, Height + StateRoot.BehindBlocks, committed) is not { } certified) return null;
        headers.AddRange(certified.Headers);
        ulong size = (ulong)headers[0].TreeSize;
        Volatile.Write(ref _treeSize, headers[0].TreeSize);
        INodeReader nodes = tree.Nodes(size);
        ImmutableArray<Hash32>.Builder leaves = ImmutableArray.CreateBuilder<Hash32>();
        for (ulong start = 0; start < size; start += SnapshotManifest.ChunkLeaves)
            leaves.Add(TreeProof.SubtreeHash(nodes, start, Math.Min(size, start + SnapshotManifest.ChunkLeaves)));
        return new SnapshotManifest(headers.ToImmutable(), certified.Certificate, [.. Index.Chunks.Select(chunk => chunk.Root)], leaves.ToImmutable());
    }

    /// <summary>A chunk of rows: <c>[* [key: bstr, value: bstr]]</c>; empty where there is none such.</summary>
    public ReadOnlyMemory<byte> RowChunk(long height, int chunk)
    {
        if (height != Height || chunk < 0 || chunk >= Index.Chunks.Count) return default;
        Row[] rows = [.. Rows.Scan(default, Index.Chunks[chunk].After).Take(SnapshotIndex.ChunkRows)];
        CborWriter writer = new(rows.Sum(row => row.Key.Length + row.Value.Length + 8) + 8);
        writer.WriteArrayStart(rows.Length);
        foreach (Row row in rows)
        {
            writer.WriteArrayStart(2);
            writer.WriteBytes(row.Key.Span);
            writer.WriteBytes(row.Value.Span);
        }
        return writer.ToArray();
    }

    /// <summary>A chunk of leaf hashes of the tree as the snapshot has it; empty where there is none such. The manifest was made before.</summary>
    public ReadOnlyMemory<byte> LeafChunk(TreeStore tree, long height, int chunk)
    {
        long size = Volatile.Read(ref _treeSize), start = (long)chunk * SnapshotManifest.ChunkLeaves;
        if (height != Height || chunk < 0 || start >= size) return default;
        NodeId[] ids = [.. Enumerable.Range(0, (int)Math.Min(SnapshotManifest.ChunkLeaves, size - start)).Select(i => new NodeId(0, (ulong)(start + i)))];
        Hash32[] hashes = new Hash32[ids.Length];
        tree.Nodes((ulong)size).Read(ids, hashes);
        CborWriter writer = new(hashes.Length * 34 + 8);
        writer.WriteHashes(hashes);
        return writer.ToArray();
    }
}
