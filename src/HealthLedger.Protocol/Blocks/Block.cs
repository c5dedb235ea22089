using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Blocks;

/// <summary>
/// A header and its body (FORMATS.md section 3). Decoding checks form and limits; <see cref="CheckBody"/> ties body to header. Signatures,
/// rules, parent and clock are others' business. Immutable.
/// <code>
/// 82                       array of 2
///   bstr                   header
///   array                  items:
///     83 00 bstr [+ bstr]    submission
///     82 01 [+ head]         checkpoint
///     82 02 uint             stop
///     83 03 bstr [+ bstr / [hash]]   a submission with events erased (stored form only)
/// </code>
/// </summary>
public sealed class Block
{
    private Block(ReadOnlyMemory<byte> bytes, BlockHeader header, ReadOnlyMemory<byte> headerBytes, ImmutableArray<BlockItem> items)
    {
        (Bytes, Header, HeaderBytes, Items) = (bytes, header, headerBytes, items);
        Hash = BlockHeader.HashOf(headerBytes.Span);
        foreach (BlockItem item in items)
        {
            StatementCount += item.StatementCount;
            EntryCount += item.EntryCount;
            LeafCount += item.LeafCount;
        }
    }

    /// <summary>The encoded block.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The header.</summary>
    public BlockHeader Header { get; }

    /// <summary>The encoded header.</summary>
    public ReadOnlyMemory<byte> HeaderBytes { get; }

    /// <summary>The body.</summary>
    public ImmutableArray<BlockItem> Items { get; }

    /// <summary>The hash of the header. Already computed.</summary>
    public Hash32 Hash { get; }

    /// <summary>The configuration that votes on this block's children: the header's, or the one after it where the block is a stop sign.</summary>
    public int ChildConfig => Items is [StopItem] ? Header.Config + 1 : Header.Config;

    /// <summary>Statements in the body.</summary>
    public int StatementCount { get; }

    /// <summary>Entries that the body makes.</summary>
    public int EntryCount { get; }

    /// <summary>Leaves that the shard's tree takes for the body.</summary>
    public int LeafCount { get; }

    /// <summary>Puts a header and items together. The header's roots are the caller's.</summary>
    /// <returns>The block, or a fault where it would pass a limit or its items do not fit together.</returns>
    public static Result<Block> Create(BlockHeader header, ImmutableArray<BlockItem> items)
    {
        byte[] headerBytes = header.Encode();
        CborWriter writer = new(headerBytes.Length + 16 + items.Sum(item => item is SubmissionItem { Submission: var submission } ? submission.Length + 8 : 256));
        writer.WriteArrayStart(2);
        writer.WriteBytes(headerBytes);
        writer.WriteArrayStart(items.Length);
        foreach (BlockItem item in items) item.Write(writer);
        if (writer.Length > BlockLimits.BytesMax) return new Fault(FaultCode.FormatLimit, $"A block has at most {BlockLimits.BytesMax} bytes.");
        Block block = new(writer.ToArray(), header, headerBytes, items);
        return block.CheckItems() is { } unfit ? unfit : block;
    }

    /// <summary>Reads a block as it is proposed: one hash an event, two a statement, one for the header.</summary>
    public static Result<Block> Decode(ReadOnlyMemory<byte> bytes) => Decode(bytes, stored: false);

    /// <summary>Reads a block as it is stored, whose events may be erased.</summary>
    public static Result<Block> DecodeStored(ReadOnlyMemory<byte> bytes) => Decode(bytes, stored: true);

    /// <summary>The root over each statement and its events' hashes, and the bytes of other items: two hashes for each.</summary>
    public Hash32 ComputeBodyRoot() => ComputeBodyRoot(Items);

    /// <summary>The root over a body that has no header yet.</summary>
    public static Hash32 ComputeBodyRoot(ImmutableArray<BlockItem> items)
    {
        Hash32[] leaves = new Hash32[items.Sum(item => item.StatementCount == 0 ? 1 : 1 + item.EntryCount)];
        int next = 0;
        foreach (BlockItem item in items)
        {
            switch (item)
            {
                case SubmissionItem { Submission: var submission }:
                    leaves[next++] = submission.Statement.LeafHash;
                    submission.CopyEventHashes(leaves.AsSpan(next));
                    HashInPlace(leaves.AsSpan(next, item.EntryCount));
                    break;
                case ErasedItem erased:
                    leaves[next++] = erased.Statement.LeafHash;
                    for (int i = 0; i < erased.Events.Length; i++) leaves[next + i] = erased.Events[i].Hash;
                    HashInPlace(leaves.AsSpan(next, item.EntryCount));
                    break;
                default:
                    CborWriter writer = new(256);
                    item.Write(writer);
                    leaves[next++] = TreeHash.Leaf(writer.WrittenSpan);
                    break;
            }
            next += item.EntryCount;
        }
        return MerkleTree.Root(leaves);
    }

    /// <summary>Makes of each event's hash the leaf that it is under bodyRoot.</summary>
    private static void HashInPlace(Span<Hash32> hashes)
    {
        Hash32[] copy = ArrayPool<Hash32>.Shared.Rent(hashes.Length);
        int[] ends = ArrayPool<int>.Shared.Rent(hashes.Length);
        hashes.CopyTo(copy);
        for (int i = 0; i < hashes.Length; i++) ends[i] = (i + 1) * Hash32.Length;
        TreeHash.HashLeaves(MemoryMarshal.AsBytes(copy.AsSpan(0, hashes.Length)), ends.AsSpan(0, hashes.Length), hashes);
        ArrayPool<Hash32>.Shared.Return(copy);
        ArrayPool<int>.Shared.Return(ends);
    }

    /// <summary>A fault unless every statement has its events and the body is the one that the header names; null when so. Three hashes an event.</summary>
    public Fault? CheckBody()
    {
        foreach (BlockItem item in Items)
        {
            Fault? unfit = item switch
            {
                SubmissionItem { Submission: var submission } => submission.CheckShape(),
                ErasedItem erased when erased.Statement.Count != erased.Events.Length || erased.Statement.EventsRoot != MerkleTree.Root(erased.Events.Select(e => e.Hash).ToArray()) =>
                    new Fault(FaultCode.ProofInvalid, "The hashes are not those under the statement's eventsRoot."),
                _ => null,
            };
            if (unfit is not null) return unfit;
        }
        return ComputeBodyRoot() == Header.BodyRoot ? null : new Fault(FaultCode.ProofInvalid, "The body is not the one that the header names.");
    }

    private static Result<Block> Decode(ReadOnlyMemory<byte> bytes, bool stored)
    {
        if (bytes.Length > BlockLimits.BytesMax) return new Fault(FaultCode.FormatLimit, $"A block has at most {BlockLimits.BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(2);
        int headerLength = reader.ReadBytesUpTo(BlockLimits.HeaderBytesMax).Length;
        ReadOnlyMemory<byte> headerBytes = bytes.Slice(reader.Position - headerLength, headerLength);
        if (reader.Failed) return reader.Fault;
        if (!BlockHeader.Decode(headerBytes.Span).TryGet(out BlockHeader? header, out Fault fault)) return fault;
        int count = reader.ReadArrayStart();
        if (count > BlockLimits.StatementsMax + 1) reader.Fail($"A block has at most {BlockLimits.StatementsMax} statements.", FaultCode.FormatLimit);
        if (reader.Failed) return reader.Fault;
        ImmutableArray<BlockItem>.Builder items = ImmutableArray.CreateBuilder<BlockItem>(count);
        for (int i = 0, entries = 0; i < count && !reader.Failed; i++)
        {
            if (ReadItem(ref reader, bytes, stored) is not { } item) break;
            items.Add(item);
            entries += item.EntryCount;
            // Checked while reading, so that hostile bytes do not make us hash more than a block's worth.
            if (entries > BlockLimits.EntriesMax) reader.Fail($"A block has at most {BlockLimits.EntriesMax} entries.", FaultCode.FormatLimit);
        }
        if (!reader.End()) return reader.Fault;
        Block block = new(bytes, header, headerBytes, items.MoveToImmutable());
        return block.CheckItems() is { } unfit ? unfit : block;
    }

    private static BlockItem? ReadItem(ref CborReader reader, ReadOnlyMemory<byte> whole, bool stored)
    {
        int length = reader.ReadArrayStart();
        int number = reader.ReadInt32();
        if (reader.Failed) return null;
        switch (number, length)
        {
            case (SubmissionItem.Number, 3):
                return Submission.ReadParts(ref reader, whole) is { } submission ? new SubmissionItem(submission) : null;
            case (CheckpointItem.Number, 2):
                return ReadCheckpoint(ref reader);
            case (StopItem.Number, 2):
                return new StopItem(reader.ReadCount());
            case (ErasedItem.Number, 3) when stored:
                return ReadErased(ref reader, whole);
            default:
                reader.Fail($"A block has no item {number} of {length} parts here.");
                return null;
        }
    }

    private static CheckpointItem? ReadCheckpoint(ref CborReader reader)
    {
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > Shards.CountMax) reader.Fail($"A checkpoint has 1 to {Shards.CountMax} heads.", FaultCode.FormatLimit);
        if (reader.Failed) return null;
        ImmutableArray<ShardHead>.Builder heads = ImmutableArray.CreateBuilder<ShardHead>(count);
        for (int i = 0; i < count; i++) heads.Add(ShardHead.Read(ref reader));
        return reader.Failed ? null : new CheckpointItem(heads.MoveToImmutable());
    }

    private static ErasedItem? ReadErased(ref CborReader reader, ReadOnlyMemory<byte> whole)
    {
        Statement? statement = Submission.ReadStatement(ref reader, whole);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > Statement.EventsMax) reader.Fail($"A statement covers 1 to {Statement.EventsMax} events.", FaultCode.FormatLimit);
        if (reader.Failed) return null;
        ImmutableArray<StoredEvent>.Builder events = ImmutableArray.CreateBuilder<StoredEvent>(count);
        for (int i = 0; i < count; i++) events.Add(StoredEvent.Read(ref reader, whole));
        return reader.Failed ? null : new ErasedItem(statement!, events.MoveToImmutable());
    }

    private Fault? CheckItems()
    {
        if (StatementCount > BlockLimits.StatementsMax) return new Fault(FaultCode.FormatLimit, $"A block has at most {BlockLimits.StatementsMax} statements.");
        if (EntryCount > BlockLimits.EntriesMax) return new Fault(FaultCode.FormatLimit, $"A block has at most {BlockLimits.EntriesMax} entries.");
        for (int i = 0; i < Items.Length; i++)
        {
            switch (Items[i])
            {
                case CheckpointItem checkpoint:
                    if (Header.Shard != Shards.Directory || i != Items.Length - 1) return new Fault(FaultCode.FormatValue, "A checkpoint is the last item of a block of shard 0.");
                    for (int shard = 1; shard <= checkpoint.Heads.Length; shard++)
                        if (checkpoint.Heads[shard - 1].Shard != shard) return new Fault(FaultCode.FormatValue, "A checkpoint has the heads of all shards from 1, ascending.");
                    break;
                case StopItem when Items.Length != 1:
                    return new Fault(FaultCode.FormatValue, "A stop sign is alone in its block.");
                case ErasedItem erased when erased.Events.All(e => e.Event is not null):
                    return new Fault(FaultCode.CborNotCanonical, "An item without an erased event has another form.");
            }
        }
        return null;
    }
}
