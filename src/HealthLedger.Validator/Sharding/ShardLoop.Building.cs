using System.Collections.Immutable;
using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Sharding;

/// <content>Blocks for this member's leader, executed once for leader and replica.</content>
internal sealed partial class ShardLoop
{
    /// <summary>Builds a block on an executed one; null when the parent is not executed here (any more), or nothing would be in it.</summary>
    public Task<BuiltProposal?> BuildAsync(BlockRef parent, IReadOnlyList<Submission> candidates, CheckpointItem? checkpoint, BuildLimits limits) =>
        AskAsync(() => Build(parent, candidates, checkpoint, limits));

    private BuiltProposal? Build(BlockRef on, IReadOnlyList<Submission> candidates, CheckpointItem? checkpoint, BuildLimits limits)
    {
        if (!TryParent(on.Hash, out BlockParent? parent, out IRowReader? rows)) return null;
        if (_stateRoots.DueAt(on.Height + 1) is { Ready: false }) return null;
        long time = _core.Now.Wall, began = _core.Time.GetTimestamp();
        long directory = Shard == Shards.Directory ? parent.Height : Math.Max(parent.DirectoryHeight, _core.Directory.ChangedHeight);
        Result<BuiltBlock> result = BlockExecutor.Build(
            parent, _machine.Config, time, directory, candidates, checkpoint, rows, _core.Directory.View, _core.Signatures, limits, _stateRoots.DueAt(on.Height + 1)?.Root, _core.Options.Rules);
        if (!result.TryGet(out BuiltBlock? built, out Fault fault))
        {
            _core.Log.BlockNotBuilt(Shard, fault.CodeText, fault.Message);
            return null;
        }
        if (built.Block.Items.IsEmpty) return new BuiltProposal(null, default, built.LeftOut, built.Considered);
        Block block = Block.Create(built.Block.Header, built.Block.Items).Value;
        BlockInfo info = IncomingBlock.InfoOf(block);
        _executed[info.Hash] = new ChainBlock(info, block, built.Block, NamedObjects.Of(block))
        {
            Times = new BlockTimes { IsOwn = true, Arrived = began, Executed = _core.Time.GetTimestamp() },
        };
        return new BuiltProposal(info, block.Bytes, built.LeftOut, built.Considered);
    }
}

/// <summary>A block that this member's leader may propose.</summary>
/// <param name="Info">What the core knows of it; null when every candidate was left out.</param>
/// <param name="Bytes">The encoded block.</param>
/// <param name="LeftOut">Candidates that no block of this place may have, and why.</param>
/// <param name="Considered">How many candidates were looked at; those from here on found the block full.</param>
public sealed record BuiltProposal(BlockInfo? Info, ReadOnlyMemory<byte> Bytes, IReadOnlyList<LeftOut> LeftOut, int Considered);
