using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Checking;

/// <summary>
/// A block from outside, well-formed, while its signatures are being verified beside the shard's loop.
/// </summary>
internal sealed class IncomingBlock
{
    private IncomingBlock(Block block, Hash32[] objects) => (Block, Info, Objects) = (block, InfoOf(block), objects);

    /// <summary>The block.</summary>
    public Block Block { get; }

    /// <summary>What the core needs of it.</summary>
    public BlockInfo Info { get; }

    /// <summary>The objects that its events name.</summary>
    public Hash32[] Objects { get; }

    /// <summary>When it reached each stage here.</summary>
    public BlockTimes Times { get; } = new();

    /// <summary>Completes when the signatures have been looked at; the good ones are remembered.</summary>
    public Task Signatures { get; set; } = Task.CompletedTask;

    /// <summary>Reads a block and hashes its header and events. That the body is the header's, its execution finds: it computes the header again.</summary>
    public static Result<IncomingBlock> Decode(ReadOnlyMemory<byte> bytes, int shard)
    {
        if (!Block.Decode(bytes).TryGet(out Block? block, out Fault fault)) return fault;
        if (block.Header.Shard != shard) return new Fault(FaultCode.FormatValue, "The block is of another shard.");
        return new IncomingBlock(block, NamedObjects.Of(block));
    }

    /// <summary>What the core knows of a block.</summary>
    public static BlockInfo InfoOf(Block block) => InfoOf(block.Header, block.Hash, block.Items.Any(item => item is StopItem), block.Items.Any(item => item is CheckpointItem));

    /// <summary>What the core knows of a block, by its header.</summary>
    public static BlockInfo InfoOf(BlockHeader header, Hash32 hash, bool isStop = false, bool isCheckpoint = false) =>
        new(hash, header.Shard, header.Config, header.Height, header.Parent, header.DirectoryHeight, header.Time, header.TreeSize, isStop, isCheckpoint);
}
