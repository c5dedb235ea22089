using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// A block as a replica keeps, hands on and exports it: <c>[block: bstr, [* outcome]]</c>, an outcome for each event in order. Outcomes follow
/// from the rules and are proven by the tree; they are kept because the state they were decided on moves on.
/// </summary>
public sealed class BlockRecord
{
    /// <summary>Most bytes of the encoded form: a block, and an outcome of at most 80 bytes for each entry.</summary>
    public const int BytesMax = BlockLimits.BytesMax + 80 * BlockLimits.EntriesMax + 64;

    private readonly ReadOnlyMemory<byte> _encodedOutcomes;

    private BlockRecord(ReadOnlyMemory<byte> bytes, Block block, ReadOnlyMemory<byte> encodedOutcomes) => (Bytes, Block, _encodedOutcomes) = (bytes, block, encodedOutcomes);

    /// <summary>The encoded form.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The block.</summary>
    public Block Block { get; }

    /// <summary>Reads the outcomes, one for each event in order.</summary>
    public Outcome[] Outcomes()
    {
        CborReader reader = new(_encodedOutcomes.Span);
        Outcome[] outcomes = new Outcome[reader.ReadArrayStart()];
        for (int i = 0; i < outcomes.Length; i++) outcomes[i] = Outcome.Read(ref reader);
        return outcomes;
    }

    /// <summary>The encoded form of a block and its outcomes.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> block, IReadOnlyList<Outcome> outcomes)
    {
        CborWriter writer = new(block.Length + 32 + 4 * outcomes.Count);
        writer.WriteArrayStart(2);
        writer.WriteBytes(block);
        writer.WriteArrayStart(outcomes.Count);
        for (int i = 0; i < outcomes.Count; i++) outcomes[i].Write(writer);
        return writer.ToArray();
    }

    /// <summary>Reads the encoded form. Whether the outcomes are the ones that were decided, the tree says.</summary>
    public static Result<BlockRecord> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A block record has at most {BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(2);
        int length = reader.ReadBytes().Length;
        ReadOnlyMemory<byte> blockBytes = bytes.Slice(reader.Position - length, length);
        int start = reader.Position;
        int count = reader.ReadArrayStart();
        if (count > BlockLimits.EntriesMax) reader.Fail("There are more outcomes than a block has entries.", FaultCode.FormatLimit);
        for (int i = 0; i < count && !reader.Failed; i++) Outcome.Read(ref reader);
        if (!reader.End()) return reader.Fault;
        if (!Block.DecodeStored(blockBytes).TryGet(out Block? block, out Fault fault)) return fault;
        return block.EntryCount == count ? new BlockRecord(bytes, block, bytes[start..]) : new Fault(FaultCode.CborUnexpected, "A block record has an outcome for each event.");
    }
}
