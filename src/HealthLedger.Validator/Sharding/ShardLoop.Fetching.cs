using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Votes;
using HealthLedger.Storage.Blocks;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Healing;
using HealthLedger.Validator.Snapshots;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Sharding;

/// <content>Catch-up: what is missing between the committed block and one that is certified.</content>
internal sealed partial class ShardLoop
{
    private bool _fetching;
    private int _nextPeer;

    /// <summary>One search at a time; the machine asks again for what it still needs.</summary>
    private void BeginFetch(Fetch fetch)
    {
        if (_fetching) return;
        _fetching = true;
        HashSet<Hash32> known = [_tip.Info.Hash, .. _executed.Keys];
        _ = Task.Run(() => FetchAsync(fetch, known), CancellationToken.None).ContinueWith(done => Post(() =>
        {
            _fetching = false;
            if (done.Exception?.InnerException is { } failure and not OperationCanceledException) _core.Log.FetchFailed(Shard, fetch.Height, failure);
        }), TaskScheduler.Default);
    }

    private async Task FetchAsync(Fetch fetch, HashSet<Hash32> known)
    {
        List<IncomingBlock> missing = [];
        Hash32 wanted = fetch.Block;
        for (long height = fetch.Height; !known.Contains(wanted); height--)
        {
            long above = height - _tip.Info.Height;
            if (above <= 0) return;
            if (FindOwn(wanted) is not { } block)
            {
                // A long way is walked upwards in certified ranges, a short one downwards by hash.
                if (fetch.Committed is not null && above > ConsensusTimes.Window)
                {
                    await FetchRangesAsync(fetch.Height);
                    return;
                }
                if (await AskPeersAsync(new PeerRequest(PeerRequestKind.Block, Shard, 0, wanted), answer => DecodeWanted(answer, wanted)) is not { } found) return;
                block = found;
            }
            missing.Add(block);
            if (missing.Count > ConsensusTimes.TreeMax) return;
            wanted = block.Info.Parent;
        }
        missing.Reverse();
        await ExecuteInOrderAsync(missing, fetch.Committed is not null);
    }

    /// <summary>Fetches ranges that end with a certificate until the height is committed here or nobody has more.</summary>
    private async Task FetchRangesAsync(long height)
    {
        if (await _core.Snapshots.TryBeginAsync(Shard, _tip.Info.Height, height)) return;
        while (_tip.Info.Height < height)
        {
            long from = _tip.Info.Height + 1;
            if (await AskPeersAsync(new PeerRequest(PeerRequestKind.Range, Shard, from, default), answer => DecodeRange(answer, from)) is not { } range) return;
            if (!await ExecuteInOrderAsync(range.Blocks, isCertified: true)) return;
            await AskAsync(() =>
            {
                Step(new DecideCall(range.Certificate));
                return true;
            });
            if (_tip.Info.Height < from) return;
            _core.Log.CaughtUp(Shard, _tip.Info.Height, height);
        }
    }

    /// <param name="blocks">Parents first.</param>
    /// <param name="isCertified">A certificate is known that covers them; it is judged before they are committed.</param>
    private async Task<bool> ExecuteInOrderAsync(List<IncomingBlock> blocks, bool isCertified)
    {
        foreach (IncomingBlock block in blocks)
        {
            Verdict gathered = await GatherAsync(block, await AskAsync(() => _stateRoots.WhenReady(block.Info.Height)), isCertified);
            if (gathered != Verdict.Ok)
            {
                // A vote says that the objects are here. What is certified counts without them: nobody may have them any more, for they were erased. Those that
                // could only not be had now, because a link was down or slow, are asked for until they are here.
                if (!isCertified || _core.Objects.HasAll(block.Objects)) return false;
                foreach (Hash32 name in block.Objects.Where(name => !_core.Objects.Has(name)))
                    _core.Store.Health.Report(new Damage(DamageKind.Object, name.ToString(), Healer.NotHad, DamageOutcome.Open, "An object of a block that was fetched could not be had yet.", (uint)Shard, (ulong)block.Info.Height, name));
            }
            bool good = await AskAsync(() =>
            {
                if (block.Info.Height <= _tip.Info.Height) return true;
                Executed executed = Finish(block, Verdict.Ok, isCertified);
                Step(executed);
                return executed.Verdict == Verdict.Ok;
            });
            if (!good) return false;
        }
        return true;
    }

    /// <summary>The block's own bytes, from the own disk.</summary>
    private IncomingBlock? FindOwn(Hash32 hash) =>
        _core.Store.Blocks.TryRead(hash) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) ? Decode(record.Block.Bytes) : null;

    private IncomingBlock? DecodeWanted(ReadOnlyMemory<byte> answer, Hash32 wanted)
    {
        if (!BlockRecord.Decode(answer).TryGet(out BlockRecord? record, out _) || record.Block.Hash != wanted) return null;
        return Decode(record.Block.Bytes);
    }

    private (List<IncomingBlock> Blocks, Certificate Certificate)? DecodeRange(ReadOnlyMemory<byte> answer, long from)
    {
        if (!RangeAnswer.TryDecode(answer, out ReadOnlyMemory<byte>[] records, out ReadOnlyMemory<byte> encoded) || records.Length == 0) return null;
        CborReader reader = new(encoded.Span);
        if (VoteCodec.Read(ref reader) is not { } certificate || !reader.End()) return null;
        List<IncomingBlock> blocks = new(records.Length);
        foreach (ReadOnlyMemory<byte> bytes in records)
        {
            if (!BlockRecord.Decode(bytes).TryGet(out BlockRecord? record, out _) || Decode(record.Block.Bytes) is not { } block) return null;
            if (block.Info.Height != from + blocks.Count || (blocks.Count > 0 && block.Info.Parent != blocks[^1].Info.Hash)) return null;
            blocks.Add(block);
        }
        return certificate.Block == blocks[^1].Info.Hash ? (blocks, certificate) : null;
    }

    /// <summary>Asks one peer after the other, beginning with another one each time, until an answer can be used.</summary>
    private async Task<T?> AskPeersAsync<T>(PeerRequest request, Func<ReadOnlyMemory<byte>, T?> use)
    {
        IReadOnlyList<Hash32> peers = _core.Peers();
        int start = Interlocked.Increment(ref _nextPeer);
        ReadOnlyMemory<byte> encoded = request.Encode();
        for (int i = 0; i < peers.Count; i++)
        {
            ReadOnlyMemory<byte> answer = await _core.AskAsync(peers[(int)((uint)(start + i) % (uint)peers.Count)], encoded);
            T? used = answer.IsEmpty ? default : use(answer);
            if (used is not null) return used;
        }
        return default;
    }

    /// <summary>The bytes of a block for this member's leader: from here, or from the others.</summary>
    public async Task<(BlockInfo Info, ReadOnlyMemory<byte> Bytes)?> FindBlockAsync(Hash32 hash)
    {
        IncomingBlock? block = await AskAsync(() => _bodies.GetValueOrDefault(hash));
        block ??= FindOwn(hash) ?? await AskPeersAsync(new PeerRequest(PeerRequestKind.Block, Shard, 0, hash), answer => DecodeWanted(answer, hash));
        if (block is null) return null;
        await AskAsync(() =>
        {
            Remember(block);
            return true;
        });
        return (block.Info, block.Block.Bytes);
    }

    private ReadOnlyMemory<byte> AnswerSnapshot(in PeerRequest request)
    {
        if (_stateRoots.Offer is not { } offer) return default;
        TreeStore tree = _core.Store.Tree((uint)Shard);
        try
        {
            return request.Kind switch
            {
                PeerRequestKind.Snapshot => ManifestOf(offer, tree),
                PeerRequestKind.SnapshotRows => offer.RowChunk(request.From, request.Chunk),
                _ => ManifestOf(offer, tree).IsEmpty ? default : offer.LeafChunk(tree, request.From, request.Chunk),
            };
        }
        catch (Exception gone) when (gone is StateDamagedException or TreeDamagedException or ObjectDisposedException)
        {
            // Damaged, which is being dealt with, or let go of for the next snapshot: the asker turns to another member.
            return default;
        }
    }

    /// <summary>Made once a snapshot: hundreds of headers are read for it.</summary>
    private ReadOnlyMemory<byte> ManifestOf(SnapshotOffer offer, TreeStore tree)
    {
        if (Volatile.Read(ref _manifest) is { } known && ReferenceEquals(known.Offer, offer)) return known.Bytes;
        if (offer.Manifest(_core.Receipts, tree, _tip.Info.Height) is not { } manifest) return default;
        Volatile.Write(ref _manifest, new GivenManifest(offer, manifest.Encode()));
        return _manifest.Bytes;
    }

    private sealed record GivenManifest(SnapshotOffer Offer, ReadOnlyMemory<byte> Bytes);

    private GivenManifest? _manifest;

    private static bool IsStop(ReadOnlyMemory<byte> record) => BlockRecord.Decode(record).TryGet(out BlockRecord? decoded, out _) && decoded.Block.ChildConfig != decoded.Block.Header.Config;

    /// <summary>Answers another member's question for blocks; empty when they are not here.</summary>
    public ReadOnlyMemory<byte> Answer(in PeerRequest request)
    {
        if (request.Kind == PeerRequestKind.Tip) return AnswerTip();
        if (request.Kind is PeerRequestKind.Snapshot or PeerRequestKind.SnapshotRows or PeerRequestKind.SnapshotLeaves) return AnswerSnapshot(request);
        if (request.Kind == PeerRequestKind.Block) return _core.Store.Blocks.TryRead(request.Hash)?.Bytes ?? default;
        List<ReadOnlyMemory<byte>> records = [];
        int certified = 0, bytes = 0;
        ReadOnlyMemory<byte> certificate = default;
        for (long height = request.From; records.Count < ConsensusTimes.FetchMax && bytes < RangeAnswer.BytesMax; height++)
        {
            if (_core.Store.Blocks.TryRead((uint)Shard, (ulong)height) is not { } block) break;
            records.Add(block.Bytes);
            bytes += block.Bytes.Length;
            if (_core.Store.Blocks.Certificate((uint)Shard, (ulong)height) is not { IsEmpty: false } found) continue;
            (certified, certificate) = (records.Count, found);
            // Who has not seen a stop sign does not know whose certificates come above it.
            if (IsStop(block.Bytes)) break;
        }
        return certified == 0 ? default : RangeAnswer.Encode(records[..certified], certificate.Span);
    }
}
