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
    public const int BytesMax = Receipt.BytesMax + 64 * 1024 + ConfigurationProof.ListBytesMax;

    /// <summary>The first field.</summary>
    public const string Version = "healthledger/global-receipt/v1";

    /// <summary>
    /// The proofs of the configurations after the receipt's, to the one that cosigned the checkpoint; none where it is the receipt's own or an earlier one.
    /// </summary>
    public ImmutableArray<ConfigurationProof> Configurations { get; init; } = [];

    private const int HeadPathMax = 10;
    private const int ProofBytesMax = 32 * 1024;

    /// <summary>The encoded global receipt.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(16 * 1024);
        writer.WriteMapStart(Configurations.IsEmpty ? 7 : 8);
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
        if (!Configurations.IsEmpty)
        {
            writer.WriteUInt(8);
            ConfigurationProof.WriteList(writer, Configurations);
        }
        return writer.ToArray();
    }

    /// <summary>Reads a global receipt. A fault's sentence starts with the name of the field that is broken.</summary>
    public static Result<GlobalReceipt> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"global receipt: A global receipt has at most {BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        FieldCursor at = new("global receipt");
        int pairs = reader.ReadMapStart();
        if (pairs is not (7 or 8)) reader.Fail("A global receipt has 7 or 8 fields.");
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
        ImmutableArray<ConfigurationProof> configurations = [];
        if (pairs == 8)
        {
            at.Enter(ref reader, 8, "configurations");
            configurations = ConfigurationProof.ReadList(ref reader, bytes);
            if (!reader.Failed && configurations.IsEmpty) reader.Fail("Field 8 is absent where there are none.");
        }
        if (!reader.Failed) at.Leave();
        if (!reader.End()) return at.Name(reader.Fault);
        if (!Receipt.Decode(inner).TryGet(out Receipt? receipt, out Fault fault)) return fault with { Message = $"receipt.{fault.Message}" };
        if (!TlogProof.Parse(proof).TryGet(out TlogProof? tlogProof, out fault)) return fault with { Message = $"proof: {fault.Message}" };
        return new GlobalReceipt(receipt, head, [.. entryPath], shards, [.. headPath], tlogProof) { Configurations = configurations };
    }

    /// <summary>The facts that an encoded global receipt proves, or where it breaks.</summary>
    public static Result<GlobalReceiptFacts> Verify(ReadOnlyMemory<byte> bytes, GenesisFile genesis) => Verify(bytes, ConfigurationHistory.From(genesis));

    /// <summary>The facts that an encoded global receipt proves, or where it breaks; see <see cref="Verify(ConfigurationHistory)"/>.</summary>
    public static Result<GlobalReceiptFacts> Verify(ReadOnlyMemory<byte> bytes, ConfigurationHistory known) =>
        Decode(bytes).TryGet(out GlobalReceipt? decoded, out Fault fault) ? decoded.Verify(known) : fault;

    /// <summary>The facts that it proves with nothing but the genesis file; see <see cref="Verify(ConfigurationHistory)"/>.</summary>
    public Result<GlobalReceiptFacts> Verify(GenesisFile genesis) => Verify(ConfigurationHistory.From(genesis));

    /// <summary>
    /// The facts that it proves, or where it breaks: 2q + 1 signature verifications at least. It must hold nothing that is not proved: no extra data, no
    /// signature of anybody but members, no configuration that nobody needs. What it brings of configurations is checked by itself, the rest by what is known.
    /// </summary>
    public Result<GlobalReceiptFacts> Verify(ConfigurationHistory known)
    {
        GenesisFile genesis = known.Genesis;
        if (!ReceiptVerifier.Verify(Receipt, known).TryGet(out ReceiptFacts? facts, out Fault fault)) return fault with { Message = $"receipt.{fault.Message}" };
        if (Head.Shard != facts.Shard || Head.Shard == 0) return At("head", "It is of another shard than the receipt.");
        if (!TreeVerifier.Inclusion(Receipt.EntryLeafHash(), (ulong)facts.LeafIndex, (ulong)Head.TreeSize, EntryPath.AsSpan(), Head.TreeRoot)) return At("entryPath", "It does not lead from the entry to the head's root.");
        if (Shards != genesis.Shards) return At("shards", "The checkpoint took another number of heads than the network has shards.");
        if (!TreeVerifier.TryRootOfInclusion(Head.LeafHash(), (ulong)Head.Shard - 1, (ulong)Shards, HeadPath.AsSpan(), out Hash32 root)) return At("headPath", "It does not fit the number of heads.");
        if (Proof.Extra is not null) return At("proof", "It has extra data, which nobody vouches for.");
        if (!SignedNote.Parse(Proof.Note).TryGet(out SignedNote? note, out fault)) return fault with { Message = $"proof: {fault.Message}" };
        if (!CosignersOf(note, facts.Configuration, known).TryGet(out Configuration? cosigners, out fault)) return fault;
        if (!new LedgerCheckpoint(cosigners).Verify(note).TryGet(out VerifiedCheckpoint? checkpoint, out fault)) return fault with { Message = $"proof: {fault.Message}" };
        if (checkpoint.Members.Length != note.Signatures.Count) return At("proof", "It has a signature that is no member's, or one twice.");
        return TreeVerifier.Inclusion(TreeHash.Leaf(Leaf.EncodeCheckpoint(Shards, root)), Proof.Index, (ulong)checkpoint.Size, [.. Proof.Proof], checkpoint.Root)
            ? new GlobalReceiptFacts(facts, checkpoint)
            : At("proof", "It does not lead from the checkpoint leaf over this head to the checkpoint's root.");
    }

    /// <summary>The configuration that cosigned: the one that the note's lines name, proved by the receipt's configurations and those after them.</summary>
    private Result<Configuration> CosignersOf(SignedNote note, Configuration certified, ConfigurationHistory known)
    {
        if (!ReceiptVerifier.HistoryOf(Receipt, known).TryGet(out ConfigurationHistory? history, out Fault fault)) return fault;
        int config = LedgerCheckpoint.ConfigOf(note, known.Genesis.Network);
        if (!Configurations.IsEmpty)
        {
            if (config != certified.Number + Configurations.Length) return At("configurations", "They do not lead from the receipt's to the one that cosigned the checkpoint.");
            if (Receipt.Configurations.Length != certified.Number) return At("configurations", "They follow no proofs of the receipt's own.");
            if (!history.Append(Configurations).TryGet(out ConfigurationHistory? longer, out fault)) return fault;
            if (longer.FirstDifference(known) is { } number) return At("configurations", $"Another configuration of number {number} is known here: members have decided twice.");
            history = longer;
        }
        // Shard 0 may take its own stop sign after the shard of the entry took it: one behind is possible, more is not.
        if (config < certified.Number - 1) return At("proof", "The checkpoint was cosigned by members of a configuration before the receipt's.");
        return (history.TryGet(config) ?? known.TryGet(config)) is { } cosigners
            ? cosigners
            : new Fault(FaultCode.ConfigurationUnknown, $"proof: The checkpoint was cosigned under configuration {config}, which is not proved by what is at hand.");
    }

    private static Fault At(string field, string sentence) => new(FaultCode.ProofInvalid, $"{field}: {sentence}");
}
