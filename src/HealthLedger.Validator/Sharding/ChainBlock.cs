using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Rules.Execution;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Sharding;

/// <summary>A block whose every hash, signature and rule was found to hold here, with what it does to state and tree: an overlay until committed.</summary>
/// <param name="Info">What the core knows of it.</param>
/// <param name="Block">The block.</param>
/// <param name="Result">What the rules made of it.</param>
/// <param name="Objects">Objects that its events name.</param>
internal sealed record ChainBlock(BlockInfo Info, Block Block, ExecutedBlock Result, Hash32[] Objects)
{
    private byte[]? _record;

    /// <summary>When it reached each stage here.</summary>
    public BlockTimes Times { get; init; } = new();

    /// <summary>The <see cref="BlockRecord"/>, encoded once.</summary>
    public byte[] Record => _record ??= BlockRecord.Encode(Block.Bytes.Span, Result.Outcomes);

    /// <summary>The hashes of the leaves that it adds.</summary>
    public Hash32[] LeafHashes()
    {
        Hash32[] hashes = new Hash32[Result.Leaves.Count];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = Result.Leaves[i].Hash;
        return hashes;
    }
}
