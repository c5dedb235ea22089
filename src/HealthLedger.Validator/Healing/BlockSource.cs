using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Votes;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Healing;

/// <summary>Committed blocks from the own disk or the other members; those of others are checked before they are kept.</summary>
internal sealed class BlockSource(ReplicaCore core)
{
    /// <summary>The own record of a committed height; null where it is missing or damaged.</summary>
    public BlockRecord? Own(int shard, long height) =>
        core.Store.Blocks.TryRead((uint)shard, (ulong)height) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) ? record : null;

    /// <summary>A block of another member by its hash; null when nobody has it.</summary>
    public async Task<BlockRecord?> FindAsync(int shard, Hash32 hash)
    {
        byte[] request = new PeerRequest(PeerRequestKind.Block, shard, 0, hash).Encode();
        foreach (Hash32 peer in core.Peers())
        {
            ReadOnlyMemory<byte> answer = await core.AskAsync(peer, request);
            if (!answer.IsEmpty && BlockRecord.Decode(answer).TryGet(out BlockRecord? record, out _) && record.Block.Hash == hash && record.Block.CheckBody() is null) return record;
        }
        return null;
    }

    /// <summary>True where the record's outcomes are those in the own tree; blocks above the tree have none to compare with, and are executed before they count.</summary>
    public bool OutcomesHold(int shard, BlockRecord record)
    {
        TreeStore tree = core.Store.Tree((uint)shard);
        Hash32[] leaves = BlockLeaves.Hashes(record);
        ulong first = (ulong)record.Block.Header.TreeSize - (ulong)leaves.Length;
        if (first + (ulong)leaves.Length > tree.Size) return true;
        for (int i = 0; i < leaves.Length; i++)
            if (tree.LeafHash(first + (ulong)i) != leaves[i]) return false;
        return true;
    }

    /// <summary>Fetches committed heights from <paramref name="from"/> on and keeps them, until one past <paramref name="last"/> or nobody has more. Each range is proven by its certificate and parent hashes.</summary>
    public async Task FillAsync(int shard, long from, long last)
    {
        while (from <= last)
        {
            long before = from;
            byte[] request = new PeerRequest(PeerRequestKind.Range, shard, from, default).Encode();
            foreach (Hash32 peer in core.Peers())
            {
                ReadOnlyMemory<byte> answer = await core.AskAsync(peer, request);
                if (Read(answer, shard, from) is not { } range) continue;
                Keep(shard, range.Records, range.Certificate);
                from += range.Records.Count;
                break;
            }
            if (from == before) return;
        }
    }

    private (List<BlockRecord> Records, Certificate Certificate)? Read(ReadOnlyMemory<byte> answer, int shard, long from)
    {
        if (answer.IsEmpty || !RangeAnswer.TryDecode(answer, out ReadOnlyMemory<byte>[] encoded, out ReadOnlyMemory<byte> proof) || encoded.Length == 0) return null;
        Protocol.Cbor.CborReader reader = new(proof.Span);
        if (VoteCodec.Read(ref reader) is not { Kind: VoteKind.Commit } certificate || !reader.End() || certificate.Vote.Shard != shard) return null;
        List<BlockRecord> records = new(encoded.Length);
        foreach (ReadOnlyMemory<byte> bytes in encoded)
        {
            if (!BlockRecord.Decode(bytes).TryGet(out BlockRecord? record, out _) || record.Block.CheckBody() is not null) return null;
            if (record.Block.Header.Height != from + records.Count || (records.Count > 0 && record.Block.Header.Parent != records[^1].Block.Hash)) return null;
            if (!OutcomesHold(shard, record)) return null;
            records.Add(record);
        }
        bool proven = certificate.Block == records[^1].Block.Hash && certificate.Epoch.Config == records[^1].Block.Header.Config && core.Book.TryGet(certificate.Epoch.Config) is { } configuration && CertificateVerifier.Check(configuration, certificate) is null;
        return proven ? (records, certificate) : null;
    }

    private void Keep(int shard, List<BlockRecord> records, Certificate certificate)
    {
        foreach (BlockRecord record in records)
        {
            ulong height = (ulong)record.Block.Header.Height;
            core.Store.Blocks.Append((uint)shard, height, record.Block.Hash, record.Bytes);
            bool known = core.Store.Blocks.Committed((uint)shard, height)?.Hash == record.Block.Hash && core.Store.Blocks.Certificate((uint)shard, height) is not null;
            if (known) continue;
            core.Store.Blocks.Commit((uint)shard, height, record.Block.Hash, (ulong)record.Block.Header.TreeSize, record == records[^1] ? CertificateBytes.Encode(certificate) : default);
        }
    }
}
