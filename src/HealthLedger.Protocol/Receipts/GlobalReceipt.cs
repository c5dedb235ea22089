using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Notes;

namespace HealthLedger.Protocol.Receipts;

/// <summary>What a global receipt proves.</summary>
/// <param name="Receipt">What the receipt in it proves by itself.</param>
/// <param name="Checkpoint">The cosigned checkpoint that the entry is under.</param>
public sealed record GlobalReceiptFacts(ReceiptFacts Receipt, VerifiedCheckpoint Checkpoint);

/// <summary>A receipt and the way from its entry up to a cosigned checkpoint of the whole network (FORMATS.md section 5).</summary>
/// <param name="Receipt">The receipt, which holds by itself.</param>
/// <param name="Head">The shard's head that the checkpoint took.</param>
/// <param name="EntryPath">From the entry to the head's root.</param>
/// <param name="Shards">How many heads the checkpoint took.</param>
/// <param name="HeadPath">From the head to the checkpoint leaf's root.</param>
/// <param name="Proof">From the checkpoint leaf to the cosigned head of shard 0's tree.</param>
public sealed record GlobalReceipt(Receipt Receipt, ShardHead Head, ImmutableArray<Hash32> EntryPath, int Shards, ImmutableArray<Hash32> HeadPath, TlogProof Proof)
{
    /// <summary>Most bytes of a global receipt.</summary>
    public const int BytesMax = Receipt.BytesMax + 64 * 1024;

    /// <summary>The first field.</summary>
    public const string Version = "healthledger/global-receipt/v1";

    private const int HeadPathMax = 10;
    private const int ProofBytesMax = 32 * 1024;

    /// <summary>The encoded global receipt.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(16 * 1024);
        writer.WriteMapStart(7);
        writer.WriteUInt(1);
        writer.WriteText(Version);
        writer.WriteUInt(2);
        writer.WriteBytes(Receipt.Encode());
        writer.WriteUInt(3);
        Head.Write(writer);
        writer.WriteUInt(4);
        writer.WriteHashes(EntryPath.AsSpan());
        writer.WriteUInt(5);
        writer.WriteCount(Shards);
        writer.WriteUInt(6);
        writer.WriteHashes(HeadPath.AsSpan());
        writer.WriteUInt(7);
        writer.WriteText(Proof.ToString());
        return writer.ToArray();
    }

    /// <summary>Reads a global receipt. A fault's sentence starts with the name of the field that is broken.</summary>
    public static Result<GlobalReceipt> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"global receipt: A global receipt has at most {BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        FieldCursor at = new("global receipt");
        if (reader.ReadMapStart() != 7) reader.Fail("A global receipt has 7 fields.");
        at.Enter(ref reader, 1, "version");
        if (!reader.ReadTextUtf8(Version.Length).SequenceEqual("healthledger/global-receipt/v1"u8)) reader.Fail("It is of a version this software does not know.", FaultCode.Unsupported);
        at.Enter(ref reader, 2, "receipt");
        int length = reader.ReadBytesUpTo(Receipt.BytesMax).Length;
        ReadOnlyMemory<byte> inner = bytes.Slice(reader.Position - length, length);
        at.Enter(ref reader, 3, "head");
        ShardHead head = ShardHead.Read(ref reader);
        at.Enter(ref reader, 4, "entryPath");
        Hash32[] entryPath = reader.ReadHashes(Receipt.PathMax);
        at.Enter(ref reader, 5, "shards");
        int shards = reader.ReadInt32(Statements.Shards.CountMax);
        at.Enter(ref reader, 6, "headPath");
        Hash32[] headPath = reader.ReadHashes(HeadPathMax);
        at.Enter(ref reader, 7, "proof");
        string proof = reader.ReadText(ProofBytesMax);
        if (!reader.Failed) at.Leave();
        if (!reader.End()) return at.Name(reader.Fault);
        if (!Receipt.Decode(inner).TryGet(out Receipt? receipt, out Fault fault)) return fault with { Message = $"receipt.{fault.Message}" };
        if (!TlogProof.Parse(proof).TryGet(out TlogProof? tlogProof, out fault)) return fault with { Message = $"proof: {fault.Message}" };
        return new GlobalReceipt(receipt, head, [.. entryPath], shards, [.. headPath], tlogProof);
    }

    /// <summary>The facts that an encoded global receipt proves, or where it breaks.</summary>
    public static Result<GlobalReceiptFacts> Verify(ReadOnlyMemory<byte> bytes, GenesisFile genesis) =>
        Decode(bytes).TryGet(out GlobalReceipt? decoded, out Fault fault) ? decoded.Verify(genesis) : fault;

    /// <summary>
    /// The facts that it proves with nothing but the genesis file, or where it breaks: 2q + 1 signature verifications at least. It must hold nothing
    /// that is not proved: no extra data and no signature of anybody but members.
    /// </summary>
    public Result<GlobalReceiptFacts> Verify(GenesisFile genesis)
    {
        if (!ReceiptVerifier.Verify(Receipt, genesis).TryGet(out ReceiptFacts? facts, out Fault fault)) return fault with { Message = $"receipt.{fault.Message}" };
        if (Head.Shard != facts.Shard || Head.Shard == 0) return At("head", "It is of another shard than the receipt.");
        if (!TreeVerifier.Inclusion(Receipt.EntryLeafHash(), (ulong)facts.LeafIndex, (ulong)Head.TreeSize, EntryPath.AsSpan(), Head.TreeRoot)) return At("entryPath", "It does not lead from the entry to the head's root.");
        if (Shards != genesis.Shards) return At("shards", "The checkpoint took another number of heads than the network has shards.");
        if (!TreeVerifier.TryRootOfInclusion(Head.LeafHash(), (ulong)Head.Shard - 1, (ulong)Shards, HeadPath.AsSpan(), out Hash32 root)) return At("headPath", "It does not fit the number of heads.");
        if (Proof.Extra is not null) return At("proof", "It has extra data, which nobody vouches for.");
        Hash32 leaf = TreeHash.Leaf(Leaf.EncodeCheckpoint(Shards, root));
        LedgerCheckpoint policy = new(genesis.Configuration);
        if (!SignedNote.Parse(Proof.Note).TryGet(out SignedNote? note, out fault) || !policy.Verify(note).TryGet(out VerifiedCheckpoint? checkpoint, out fault))
            return fault with { Message = $"proof: {fault.Message}" };
        if (checkpoint.Members.Length != note.Signatures.Count) return At("proof", "It has a signature that is no member's, or one twice.");
        return TreeVerifier.Inclusion(leaf, Proof.Index, (ulong)checkpoint.Size, [.. Proof.Proof], checkpoint.Root)
            ? new GlobalReceiptFacts(facts, checkpoint)
            : At("proof", "It does not lead from the checkpoint leaf over this head to the checkpoint's root.");
    }

    private static Fault At(string field, string sentence) => new(FaultCode.ProofInvalid, $"{field}: {sentence}");
}
