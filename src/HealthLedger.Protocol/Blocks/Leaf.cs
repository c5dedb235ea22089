using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Blocks;

/// <summary>What a leaf of a shard's tree is; its first byte tells.</summary>
public enum LeafKind : byte
{
    /// <summary>None of ours.</summary>
    Unknown = 0,

    /// <summary>A statement's COSE_Sign1.</summary>
    Statement = 0xd2,

    /// <summary><c>[event hash, outcome]</c>.</summary>
    Entry = 0x82,

    /// <summary><c>["healthledger", genesis hash, shard]</c>, leaf 0 of every tree.</summary>
    Genesis = 0x83,

    /// <summary><c>{1: shards, 2: root}</c>, in shard 0.</summary>
    Checkpoint = 0xa2,
}

/// <summary>Encodings of the leaves that are not statements (FORMATS.md section 3).</summary>
public static class Leaf
{
    private const string GenesisText = "healthledger";

    /// <summary>The kind of an encoded leaf, by its first byte alone.</summary>
    public static LeafKind KindOf(ReadOnlySpan<byte> leaf) =>
        leaf.IsEmpty ? LeafKind.Unknown : (LeafKind)leaf[0] switch
        {
            LeafKind.Statement => LeafKind.Statement,
            LeafKind.Entry => LeafKind.Entry,
            LeafKind.Genesis => LeafKind.Genesis,
            LeafKind.Checkpoint => LeafKind.Checkpoint,
            _ => LeafKind.Unknown,
        };

    /// <summary>Writes an entry.</summary>
    /// <param name="writer">Gets one item.</param>
    /// <param name="eventHash">The event's hash.</param>
    /// <param name="encodedOutcome">The outcome, canonical CBOR.</param>
    public static void WriteEntry(CborWriter writer, Hash32 eventHash, ReadOnlySpan<byte> encodedOutcome)
    {
        writer.WriteArrayStart(2);
        writer.WriteHash(eventHash);
        writer.WriteEncoded(encodedOutcome);
    }

    /// <summary>The leaf hash of an entry: one hash, nothing allocated for outcomes up to 200 bytes.</summary>
    public static Hash32 EntryHash(Hash32 eventHash, ReadOnlySpan<byte> encodedOutcome)
    {
        int length = EntryHeadBytes + Hash32.Length + encodedOutcome.Length;
        Span<byte> leaf = length <= 256 ? stackalloc byte[256] : new byte[length];
        (leaf[0], leaf[1], leaf[2]) = ((byte)LeafKind.Entry, 0x58, Hash32.Length);
        eventHash.CopyTo(leaf[EntryHeadBytes..]);
        encodedOutcome.CopyTo(leaf[(EntryHeadBytes + Hash32.Length)..]);
        return TreeHash.Leaf(leaf[..length]);
    }

    /// <summary>Reads an entry.</summary>
    /// <returns>The event's hash and where in <paramref name="leaf"/> the outcome is.</returns>
    public static Result<(Hash32 EventHash, ReadOnlyMemory<byte> EncodedOutcome)> DecodeEntry(ReadOnlyMemory<byte> leaf)
    {
        CborReader reader = new(leaf.Span);
        reader.ReadArrayStart(2);
        Hash32 hash = reader.ReadHash();
        int start = reader.Position;
        reader.ReadEncoded();
        return reader.End() ? (hash, leaf[start..]) : reader.Fault;
    }

    /// <summary>The first leaf of a shard's tree.</summary>
    public static byte[] EncodeGenesis(Hash32 genesisHash, int shard)
    {
        CborWriter writer = new(64);
        writer.WriteArrayStart(3);
        writer.WriteText(GenesisText);
        writer.WriteHash(genesisHash);
        writer.WriteCount(shard);
        return writer.ToArray();
    }

    /// <summary>Reads the first leaf of a shard's tree.</summary>
    public static Result<(Hash32 GenesisHash, int Shard)> DecodeGenesis(ReadOnlySpan<byte> leaf)
    {
        CborReader reader = new(leaf);
        reader.ReadArrayStart(3);
        if (!reader.ReadTextUtf8(GenesisText.Length).SequenceEqual("healthledger"u8)) reader.Fail("The leaf is not a genesis leaf.");
        Hash32 hash = reader.ReadHash();
        int shard = reader.ReadInt32(Statements.Shards.CountMax);
        return reader.End() ? (hash, shard) : reader.Fault;
    }

    /// <summary>The leaf of a global checkpoint in shard 0.</summary>
    /// <param name="shards">How many heads are under the root.</param>
    /// <param name="root">From <see cref="ShardHead.Root"/>.</param>
    public static byte[] EncodeCheckpoint(int shards, Hash32 root)
    {
        CborWriter writer = new(48);
        writer.WriteMapStart(2);
        writer.WriteUInt(1);
        writer.WriteCount(shards);
        writer.WriteUInt(2);
        writer.WriteHash(root);
        return writer.ToArray();
    }

    /// <summary>Reads the leaf of a global checkpoint.</summary>
    public static Result<(int Shards, Hash32 Root)> DecodeCheckpoint(ReadOnlySpan<byte> leaf)
    {
        CborReader reader = new(leaf);
        if (reader.ReadMapStart() != 2) reader.Fail("A checkpoint leaf has 2 fields.");
        reader.ReadKey(1);
        int shards = reader.ReadInt32(Statements.Shards.CountMax);
        reader.ReadKey(2);
        Hash32 root = reader.ReadHash();
        return reader.End() ? (shards, root) : reader.Fault;
    }

    private const int EntryHeadBytes = 3;
}
