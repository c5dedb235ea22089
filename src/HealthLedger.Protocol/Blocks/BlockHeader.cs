using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Blocks;

/// <summary>
/// What is voted on (FORMATS.md section 3). No epoch is in it: a block that is voted on again keeps its hash. The encoding is canonical, so a
/// header has one encoding and one hash.
/// <code>
/// ac / ab                  map of 12, or 11 without stateRoot
///   01 tstr   network      02 uint  config          03 uint  shard        04 uint  height
///   05 hash   parent       06 uint  directoryHeight 07 uint  treeSize     08 hash  treeRoot
///   09 hash   bodyRoot     0a hash  stateDigest     0b hash  stateRoot?   0c uint  time
/// </code>
/// </summary>
public sealed record BlockHeader
{
    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>The number of the configuration that votes on it.</summary>
    public required int Config { get; init; }

    /// <summary>The shard; 0 is the directory.</summary>
    public required int Shard { get; init; }

    /// <summary>The parent's height + 1; 0 is the genesis.</summary>
    public required long Height { get; init; }

    /// <summary>The parent's hash; at height 0 the genesis hash.</summary>
    public required Hash32 Parent { get; init; }

    /// <summary>The height of shard 0 as of which the rules read the directory.</summary>
    public required long DirectoryHeight { get; init; }

    /// <summary>Leaves of the shard's tree after this block.</summary>
    public required long TreeSize { get; init; }

    /// <summary>The root of the shard's tree after this block.</summary>
    public required Hash32 TreeRoot { get; init; }

    /// <summary>The root over the body; see <see cref="Block.ComputeBodyRoot"/>.</summary>
    public required Hash32 BodyRoot { get; init; }

    /// <summary>The chain of state digests after this block; see <see cref="StateChain"/>.</summary>
    public required Hash32 StateDigest { get; init; }

    /// <summary>The root over the sorted rows of the state 256 blocks earlier; in every 4,096th header.</summary>
    public Hash32? StateRoot { get; init; }

    /// <summary>Block time in milliseconds since 1970; never goes back.</summary>
    public required long Time { get; init; }

    /// <summary>Writes the header.</summary>
    public void Write(CborWriter writer)
    {
        writer.WriteMapStart(StateRoot is null ? 11 : 12);
        writer.WriteUInt(1);
        writer.WriteText(Network);
        writer.WriteUInt(2);
        writer.WriteCount(Config);
        writer.WriteUInt(3);
        writer.WriteCount(Shard);
        writer.WriteUInt(4);
        writer.WriteCount(Height);
        writer.WriteUInt(5);
        writer.WriteHash(Parent);
        writer.WriteUInt(6);
        writer.WriteCount(DirectoryHeight);
        writer.WriteUInt(7);
        writer.WriteCount(TreeSize);
        writer.WriteUInt(8);
        writer.WriteHash(TreeRoot);
        writer.WriteUInt(9);
        writer.WriteHash(BodyRoot);
        writer.WriteUInt(10);
        writer.WriteHash(StateDigest);
        if (StateRoot is { } root)
        {
            writer.WriteUInt(11);
            writer.WriteHash(root);
        }
        writer.WriteUInt(12);
        writer.WriteCount(Time);
    }

    /// <summary>The encoded header.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(BlockLimits.HeaderBytesMax);
        Write(writer);
        return writer.ToArray();
    }

    /// <summary>The block's hash: encodes the header and hashes it once.</summary>
    public Hash32 ComputeHash() => HashOf(Encode());

    /// <summary>The hash of a block by its encoded header: one hash.</summary>
    public static Hash32 HashOf(ReadOnlySpan<byte> encodedHeader) => Sha256.Hash(Domains.Header, encodedHeader);

    /// <summary>Reads a header; refuses everything that <see cref="Encode"/> would not write.</summary>
    public static Result<BlockHeader> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BlockLimits.HeaderBytesMax) return new Fault(FaultCode.FormatLimit, $"A header has at most {BlockLimits.HeaderBytesMax} bytes.");
        CborReader reader = new(bytes);
        BlockHeader header = Read(ref reader);
        return reader.End() ? header : reader.Fault;
    }

    /// <summary>Reads a header where others follow; the reader's fault says whether it is one.</summary>
    public static BlockHeader Read(ref CborReader reader)
    {
        int pairs = reader.ReadMapStart();
        if (pairs is not (11 or 12)) reader.Fail("A header has 11 or 12 fields.");
        reader.ReadKey(1);
        string network = reader.ReadNetwork();
        reader.ReadKey(2);
        int config = reader.ReadInt32();
        reader.ReadKey(3);
        int shard = reader.ReadInt32(Statements.Shards.CountMax);
        reader.ReadKey(4);
        long height = reader.ReadCount();
        reader.ReadKey(5);
        Hash32 parent = reader.ReadHash();
        reader.ReadKey(6);
        long directoryHeight = reader.ReadCount();
        reader.ReadKey(7);
        long treeSize = reader.ReadCount();
        if (treeSize == 0) reader.Fail("A tree has at least the genesis leaf.", FaultCode.FormatValue);
        reader.ReadKey(8);
        Hash32 treeRoot = reader.ReadHash();
        reader.ReadKey(9);
        Hash32 bodyRoot = reader.ReadHash();
        reader.ReadKey(10);
        Hash32 stateDigest = reader.ReadHash();
        Hash32? stateRoot = null;
        if (pairs == 12)
        {
            reader.ReadKey(11);
            stateRoot = reader.ReadHash();
        }
        reader.ReadKey(12);
        long time = reader.ReadTime();
        return new BlockHeader
        {
            Network = network,
            Config = config,
            Shard = shard,
            Height = height,
            Parent = parent,
            DirectoryHeight = directoryHeight,
            TreeSize = treeSize,
            TreeRoot = treeRoot,
            BodyRoot = bodyRoot,
            StateDigest = stateDigest,
            StateRoot = stateRoot,
            Time = time,
        };
    }
}
