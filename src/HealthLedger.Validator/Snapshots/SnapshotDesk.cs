using System.Collections.Concurrent;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Snapshots;

/// <summary>The replica ends to begin with snapshots that it has fetched.</summary>
internal sealed class SnapshotReadyException() : Exception("Snapshots were fetched and checked; the replica is started anew on them.");

/// <summary>
/// Fetches snapshots for shards that are far behind, chunk by chunk from all members in turn, each checked on arrival. When all that were begun are whole, the
/// replica ends and is started anew on them; what no member can give is fetched as blocks.
/// </summary>
internal sealed class SnapshotDesk(ReplicaCore core)
{
    private readonly ConcurrentDictionary<int, Task<bool>> _begun = new();
    private int _waiting, _fetched, _turn;

    /// <summary>Fetches a snapshot for a shard where that saves blocks enough; false where blocks are the way, now or because there was none.</summary>
    public async Task<bool> TryBeginAsync(int shard, long height, long target)
    {
        if (target - height < core.Options.SnapshotAfterBlocks) return false;
        Task<bool> fetch = _begun.GetOrAdd(shard, _ => Task.Run(() => FetchAsync(shard, height)));
        return await fetch;
    }

    private async Task<bool> FetchAsync(int shard, long height)
    {
        Interlocked.Increment(ref _waiting);
        bool whole = false;
        try
        {
            whole = await CollectAsync(shard, height);
            if (whole) Interlocked.Increment(ref _fetched);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // No room for the pieces: the store says so too, sooner or later; until then blocks are the way.
            core.Log.FetchFailed(shard, height, failure);
        }
        finally
        {
            if (Interlocked.Decrement(ref _waiting) == 0 && Volatile.Read(ref _fetched) > 0) core.RestartForSnapshots();
        }
        return whole;
    }

    private async Task<bool> CollectAsync(int shard, long height)
    {
        SnapshotFolder folder = new(core.Options.Folder, shard);
        SnapshotManifest? manifest = folder.Manifest(core.Book);
        if (manifest is null || manifest.Head.Height <= height)
        {
            manifest = await NewestAsync(shard);
            if (manifest is null || manifest.Head.Height <= height) return false;
            folder.Begin(manifest);
        }
        core.Log.SnapshotBegun(shard, manifest.Head.Height, manifest.RowChunks.Length + manifest.LeafChunks.Length);
        long of = manifest.Head.Height;
        for (int chunk = 0; chunk < manifest.LeafChunks.Length; chunk++)
            if (folder.Leaves(manifest, chunk) is null && !await PieceAsync(new PeerRequest(PeerRequestKind.SnapshotLeaves, shard, of, default, chunk), bytes => folder.PutLeaves(manifest, chunk, bytes))) return Give(folder);
        for (int chunk = 0; chunk < manifest.RowChunks.Length; chunk++)
            if (folder.Rows(manifest, chunk) is null && !await PieceAsync(new PeerRequest(PeerRequestKind.SnapshotRows, shard, of, default, chunk), bytes => folder.PutRows(manifest, chunk, bytes))) return Give(folder);
        if (folder.Block(manifest) is null && !await PieceAsync(new PeerRequest(PeerRequestKind.Block, shard, 0, manifest.Head.ComputeHash()), bytes => folder.PutBlock(manifest, bytes))) return Give(folder);
        core.Log.SnapshotWhole(shard, of);
        return true;
    }

    // The members have gone on to a newer snapshot, or none of them has this one whole: blocks are the way that always works.
    private static bool Give(SnapshotFolder folder)
    {
        folder.Delete();
        return false;
    }

    private async Task<SnapshotManifest?> NewestAsync(int shard)
    {
        SnapshotManifest? newest = null;
        byte[] request = new PeerRequest(PeerRequestKind.Snapshot, shard, 0, default).Encode();
        foreach (Hash32 peer in core.Peers())
        {
            ReadOnlyMemory<byte> answer = await core.AskAsync(peer, request);
            if (answer.IsEmpty) continue;
            if (!SnapshotManifest.Decode(answer.Span, shard, core.Book).TryGet(out SnapshotManifest? offered, out Fault fault)) core.Log.SnapshotRefused(shard, fault.CodeText, fault.Message);
            else if (newest is null || offered.Head.Height > newest.Head.Height) newest = offered;
        }
        return newest;
    }

    /// <summary>Asks for a piece, beginning with another member each time, until one gives the right one.</summary>
    private async Task<bool> PieceAsync(PeerRequest request, Func<ReadOnlyMemory<byte>, bool> keep)
    {
        byte[] encoded = request.Encode();
        IReadOnlyList<Hash32> peers = core.Peers();
        int turn = Interlocked.Increment(ref _turn);
        for (int i = 0; i < peers.Count; i++)
        {
            ReadOnlyMemory<byte> answer = await core.AskAsync(peers[(int)((uint)(turn + i) % (uint)peers.Count)], encoded);
            if (answer.IsEmpty) continue;
            if (keep(answer)) return true;
            core.Log.SnapshotRefused(request.Shard, new Fault(FaultCode.ProofInvalid, "").CodeText, $"Chunk {request.Chunk} is not the one that the state root or the tree says.");
        }
        return false;
    }
}
