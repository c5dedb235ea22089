using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Receipts;

/// <summary>
/// The proof, in one file, that a quorum took an event and decided an outcome (FORMATS.md section 5). A value of this type is well-formed;
/// whether it proves anything, <see cref="ReceiptVerifier"/> says.
/// </summary>
public sealed record Receipt
{
    /// <summary>Most bytes of a receipt without its configurations.</summary>
    public const int OwnBytesMax = ConfigurationProof.ReceiptBytesMax;

    /// <summary>Most bytes of a receipt.</summary>
    public const int BytesMax = OwnBytesMax + ConfigurationProof.ListBytesMax;

    /// <summary>Most headers.</summary>
    public const int HeadersMax = 64;

    /// <summary>Most hashes of a path in a shard's tree.</summary>
    public const int PathMax = 53;

    /// <summary>The first field.</summary>
    public const string Version = "healthledger/receipt/v1";

    private const int EventsPathMax = 10;

    /// <summary>The statement that covers the event.</summary>
    public required Statement Statement { get; init; }

    /// <summary>The event's place under the statement's eventsRoot.</summary>
    public required int Index { get; init; }

    /// <summary>The event, or its hash.</summary>
    public required StoredEvent Event { get; init; }

    /// <summary>What the rules decided.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>From the event to eventsRoot.</summary>
    public required ImmutableArray<Hash32> EventsPath { get; init; }

    /// <summary>The leaf index of the statement; the entry's is that + 1 + <see cref="Index"/>.</summary>
    public required long StatementLeaf { get; init; }

    /// <summary>From the statement to the last header's treeRoot.</summary>
    public required ImmutableArray<Hash32> StatementPath { get; init; }

    /// <summary>From the entry to the last header's treeRoot.</summary>
    public required ImmutableArray<Hash32> EntryPath { get; init; }

    /// <summary>The block's parent, the block's own, and on to the one certified: 2 to 64.</summary>
    public required ImmutableArray<BlockHeader> Headers { get; init; }

    /// <summary>The commit certificate of the last header.</summary>
    public required Certificate Certificate { get; init; }

    /// <summary>
    /// The proofs of the configurations from 1 to the certificate's; none where that is 0, where the receipt itself is part of such a proof, or where whoever
    /// passes it on gives the configurations once for many receipts.
    /// </summary>
    public ImmutableArray<ConfigurationProof> Configurations { get; init; } = [];

    /// <summary>The key that signed the statement.</summary>
    public required PublicKey Signer { get; init; }

    /// <summary>The leaf index of the entry.</summary>
    public long EntryLeaf => StatementLeaf + 1 + Index;

    /// <summary>The entry's leaf hash: one hash.</summary>
    public Hash32 EntryLeafHash()
    {
        CborWriter writer = new(96);
        Outcome.Write(writer);
        return Leaf.EntryHash(Event.Hash, writer.WrittenSpan);
    }

    /// <summary>The encoded receipt.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(8192);
        writer.WriteMapStart(13);
        writer.WriteUInt(1);
        writer.WriteText(Version);
        writer.WriteUInt(2);
        writer.WriteBytes(Statement.Bytes.Span);
        writer.WriteUInt(3);
        writer.WriteCount(Index);
        writer.WriteUInt(4);
        Event.Write(writer);
        writer.WriteUInt(5);
        Outcome.Write(writer);
        writer.WriteUInt(6);
        writer.WriteHashes(EventsPath.AsSpan());
        writer.WriteUInt(7);
        writer.WriteCount(StatementLeaf);
        writer.WriteUInt(8);
        writer.WriteHashes(StatementPath.AsSpan());
        writer.WriteUInt(9);
        writer.WriteHashes(EntryPath.AsSpan());
        writer.WriteUInt(10);
        writer.WriteArrayStart(Headers.Length);
        foreach (BlockHeader header in Headers) writer.WriteBytes(header.Encode());
        writer.WriteUInt(11);
        VoteCodec.Write(writer, Certificate);
        writer.WriteUInt(12);
        ConfigurationProof.WriteList(writer, Configurations);
        writer.WriteUInt(13);
        writer.WriteSigningKey(Signer);
        return writer.ToArray();
    }

    /// <summary>Reads a receipt. A fault's sentence starts with the name of the field that is broken.</summary>
    public static Result<Receipt> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"receipt: A receipt with its configurations has at most {BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        FieldCursor at = new("receipt");
        if (reader.ReadMapStart() != 13) reader.Fail("A receipt has 13 fields.");
        at.Enter(ref reader, 1, "version");
        if (!reader.ReadTextUtf8(Version.Length).SequenceEqual("healthledger/receipt/v1"u8)) reader.Fail("The receipt is of a version this software does not know.", FaultCode.Unsupported);
        at.Enter(ref reader, 2, "statement");
        Statement? statement = Submission.ReadStatement(ref reader, bytes);
        at.Enter(ref reader, 3, "index");
        int index = reader.ReadInt32(Statement.EventsMax - 1);
        at.Enter(ref reader, 4, "event");
        StoredEvent stored = StoredEvent.Read(ref reader, bytes);
        at.Enter(ref reader, 5, "outcome");
        Outcome outcome = Outcome.Read(ref reader);
        at.Enter(ref reader, 6, "eventsPath");
        Hash32[] eventsPath = reader.ReadHashes(EventsPathMax);
        at.Enter(ref reader, 7, "statementLeaf");
        long statementLeaf = reader.ReadCount();
        at.Enter(ref reader, 8, "statementPath");
        Hash32[] statementPath = reader.ReadHashes(PathMax);
        at.Enter(ref reader, 9, "entryPath");
        Hash32[] entryPath = reader.ReadHashes(PathMax);
        at.Enter(ref reader, 10, "headers");
        ImmutableArray<BlockHeader> headers = ReadHeaders(ref reader);
        at.Enter(ref reader, 11, "certificate");
        Certificate? certificate = VoteCodec.Read(ref reader);
        at.Enter(ref reader, 12, "configurations");
        int listAt = reader.Position;
        ImmutableArray<ConfigurationProof> configurations = ConfigurationProof.ReadList(ref reader, bytes);
        if (!reader.Failed && bytes.Length - (reader.Position - listAt) > OwnBytesMax) reader.Fail($"A receipt has at most {OwnBytesMax} bytes beside its configurations.", FaultCode.FormatLimit);
        at.Enter(ref reader, 13, "signer");
        PublicKey? signer = reader.ReadSigningKey();
        if (!reader.Failed) at.Leave();
        if (!reader.End()) return at.Name(reader.Fault);
        return new Receipt
        {
            Statement = statement!,
            Index = index,
            Event = stored,
            Outcome = outcome,
            EventsPath = [.. eventsPath],
            StatementLeaf = statementLeaf,
            StatementPath = [.. statementPath],
            EntryPath = [.. entryPath],
            Headers = headers,
            Certificate = certificate!,
            Configurations = configurations,
            Signer = signer!,
        };
    }

    private static ImmutableArray<BlockHeader> ReadHeaders(ref CborReader reader)
    {
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is < 2 or > HeadersMax) reader.Fail($"A receipt has 2 to {HeadersMax} headers.", FaultCode.FormatLimit);
        ImmutableArray<BlockHeader>.Builder headers = ImmutableArray.CreateBuilder<BlockHeader>();
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            ReadOnlySpan<byte> encoded = reader.ReadBytesUpTo(BlockLimits.HeaderBytesMax);
            if (reader.Failed) break;
            if (BlockHeader.Decode(encoded).TryGet(out BlockHeader? header, out Fault fault)) headers.Add(header);
            else reader.Fail(fault.Message, fault.Code);
        }
        return headers.ToImmutable();
    }
}
