using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;
using HealthLedger.Validator;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Actors.Reading;

/// <summary>Reads a member's own replica. Decoded blocks are kept for a while, since the records of a patient often came in few of them.</summary>
public sealed class ReplicaReader(Replica replica) : ILedgerReader
{
    private const int BlocksKept = 64;

    private readonly RecentBlocks _recent = new(BlocksKept);

    /// <inheritdoc/>
    public GenesisFile Genesis => replica.Genesis;

    /// <inheritdoc/>
    public LedgerView View(int shard) => replica.View(shard).Ledger;

    /// <inheritdoc/>
    public LedgerTip Tip(int shard)
    {
        ShardView view = replica.View(shard);
        return new LedgerTip(view.Height, view.Time);
    }

    /// <inheritdoc/>
    public CommittedGrants? Grants(int shard, long height)
    {
        if (height == 0) return new CommittedGrants(shard, 0, Genesis.HeaderOf(shard).ComputeHash(), []);
        return replica.Record(shard, height) is { } record ? CommittedGrants.Of(shard, record.Block, record.Outcomes()) : null;
    }

    /// <inheritdoc/>
    public Result<CommittedEntry> Entry(int shard, long leaf)
    {
        if (BlockOf(shard, leaf) is not { } found) return Missing(shard, leaf);
        int statement = Place(found, leaf, out long statementLeaf, out int firstOutcome);
        if (statement < 0 || leaf == statementLeaf) return NoSuchEntry;
        int index = (int)(leaf - statementLeaf - 1);
        if (found.Record.Block.Items[statement] is not SubmissionItem { Submission: var submission })
            return new Fault(FaultCode.NotFound, "The entry's content was erased.");
        BlockHeader header = found.Record.Block.Header;
        return new CommittedEntry(leaf, header.Height, header.Time, submission.Statement, submission.Events[index], found.Outcomes[firstOutcome + index]);
    }

    /// <inheritdoc/>
    public Result<ReadOnlyMemory<byte>> Object(Hash32 name) =>
        replica.GetObject(name) is { } bytes ? bytes : new Fault(FaultCode.Unavailable, "The object is not on this node's disk: it is being brought from another member, or was erased.");

    /// <inheritdoc/>
    public CommittedStatement? Find(int shard, Hash32 statementId) => shard < 0 || shard >= replica.ShardCount ? null : replica.Find(shard, statementId);

    /// <inheritdoc/>
    public Result<ReadOnlyMemory<byte>> Receipt(int shard, long leaf)
    {
        if (BlockOf(shard, leaf) is not { } found) return Missing(shard, leaf);
        return replica.Receipt(shard, found.Record, found.Outcomes, leaf).TryGet(out Receipt? receipt, out Fault fault) ? (ReadOnlyMemory<byte>)receipt.Encode() : fault;
    }

    /// <summary>A tile of a shard's tree; null where the tree has it not (yet).</summary>
    public ReadOnlyMemory<byte>? Tile(int shard, Tile tile) => Has(shard, tile) ? replica.Tree(shard).Read(tile) : null;

    /// <summary>The leaves under a tile of level 0, each after its length as two bytes, big-endian [C2SP tlog-tiles]; null where the tree has it not (yet).</summary>
    public ReadOnlyMemory<byte>? Leaves(int shard, Tile tile)
    {
        if (tile.Level != 0 || !Has(shard, tile)) return null;
        ArrayBufferWriter<byte> bundle = new();
        long first = (long)tile.Index * Protocol.Merkle.Tile.FullWidth;
        for (long leaf = first; leaf < first + tile.Width; leaf++)
        {
            if (LeafBytes(shard, leaf) is not { } bytes) return null;
            BinaryPrimitives.WriteUInt16BigEndian(bundle.GetSpan(2), (ushort)bytes.Length);
            bundle.Advance(2);
            bundle.Write(bytes);
        }
        return bundle.WrittenMemory;
    }

    private bool Has(int shard, Tile tile) =>
        tile.Level is >= 0 and < 8 && tile.Width is > 0 and <= Protocol.Merkle.Tile.FullWidth && Protocol.Merkle.Tile.WidthAt(tile.Level, tile.Index, replica.Tree(shard).Size) >= tile.Width;

    private byte[]? LeafBytes(int shard, long leaf)
    {
        if (leaf == 0) return Genesis.LeafOf(shard);
        if (BlockOf(shard, leaf) is not { } found) return null;
        long at = found.FirstLeaf;
        int outcome = 0;
        foreach (BlockItem item in found.Record.Block.Items)
        {
            if (leaf < at + item.LeafCount)
            {
                int index = (int)(leaf - at - 1);
                return item switch
                {
                    CheckpointItem checkpoint => checkpoint.EncodeLeaf(),
                    SubmissionItem { Submission: var submission } => index < 0 ? submission.Statement.Bytes.ToArray() : EntryOf(submission.Events[index].Hash, found.Outcomes[outcome + index]),
                    ErasedItem erased => index < 0 ? erased.Statement.Bytes.ToArray() : EntryOf(erased.Events[index].Hash, found.Outcomes[outcome + index]),
                    _ => null,
                };
            }
            at += item.LeafCount;
            outcome += item.EntryCount;
        }
        return null;
    }

    private static byte[] EntryOf(Hash32 eventHash, Outcome outcome)
    {
        CborWriter encoded = new(), entry = new();
        outcome.Write(encoded);
        Leaf.WriteEntry(entry, eventHash, encoded.WrittenSpan);
        return entry.ToArray();
    }

    private RecentBlock? BlockOf(int shard, long leaf)
    {
        if (shard < 0 || shard >= replica.ShardCount) return null;
        if (_recent.Find(shard, leaf) is { } known) return known;
        if (replica.RecordOfLeaf(shard, leaf) is not { } record) return null;
        RecentBlock block = new(shard, record, record.Outcomes());
        _recent.Add(block);
        return block;
    }

    // The item whose leaves hold this one, the statement's own leaf, and the place of its first outcome; -1 for a leaf that is no statement's.
    private static int Place(RecentBlock found, long leaf, out long statementLeaf, out int firstOutcome)
    {
        (statementLeaf, firstOutcome) = (found.FirstLeaf, 0);
        for (int i = 0; i < found.Record.Block.Items.Length; i++)
        {
            BlockItem item = found.Record.Block.Items[i];
            if (leaf < statementLeaf + item.LeafCount) return item.StatementCount == 1 ? i : -1;
            statementLeaf += item.LeafCount;
            firstOutcome += item.EntryCount;
        }
        return -1;
    }

    // A leaf that the tree has is in a block: one that cannot be read now is being healed, and is not said to be unknown.
    private Fault Missing(int shard, long leaf) =>
        shard >= 0 && shard < replica.ShardCount && leaf > 0 && (ulong)leaf < replica.Tree(shard).Size ? NotYet : NoSuchEntry;

    private static Fault NoSuchEntry => new(FaultCode.NotFound, "There is no entry at that leaf.");

    private static Fault NotYet => new(FaultCode.Unavailable, "The block or its certificate is on its way here; ask again in a moment.");
}
