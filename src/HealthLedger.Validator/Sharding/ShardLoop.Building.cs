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
    /// <summary>
    /// Builds a block of a configuration on an executed one: a stop sign where one is due. Null when the parent is not executed here (any more), or leads to
    /// another configuration.
    /// </summary>
    public Task<BuiltProposal?> BuildAsync(int config, BlockRef parent, IReadOnlyList<Submission> candidates, CheckpointItem? checkpoint, BuildLimits limits) =>
        AskAsync(() => Build(config, parent, candidates, checkpoint, limits));

    private BuiltProposal? Build(int config, BlockRef on, IReadOnlyList<Submission> candidates, CheckpointItem? checkpoint, BuildLimits limits)
    {
        if (!TryParent(on.Hash, out Parent? below) || below.Next.Config != config) return null;
        (BlockInfo info, BlockParent parent, IRowReader rows) = below;
        if (_stateRoots.DueAt(on.Height + 1) is { Ready: false }) return null;
        long time = _core.Now.Wall, began = _core.Time.GetTimestamp();
        long directory = Shard == Shards.Directory ? parent.Height : Math.Max(parent.DirectoryHeight, _core.Directory.ChangedHeight);
        if (DecidedAfter(config) is { } decided && (Shard != Shards.Directory || decided <= parent.Height)) return BuildStop(below, decided, time, Math.Max(directory, decided));
        Result<BuiltBlock> result = BlockExecutor.Build(
            parent, config, time, directory, candidates, checkpoint, rows, _core.Directory.View, _core.Signatures, limits, _stateRoots.DueAt(on.Height + 1)?.Root, _core.Options.Rules);
        if (!result.TryGet(out BuiltBlock? built, out Fault fault))
        {
            _core.Log.BlockNotBuilt(Shard, fault.CodeText, fault.Message);
            return null;
        }
        if (built.Block.Items.IsEmpty && !info.IsStop) return new BuiltProposal(null, default, built.LeftOut, built.Considered);
        return Propose(built.Block, built.LeftOut, built.Considered, began);
    }

    private BuiltProposal? BuildStop(Parent below, long decided, long time, long directory)
    {
        Result<ExecutedBlock> result = BlockExecutor.BuildStop(
            below.Next, below.Next.Config, time, Shard == Shards.Directory ? below.Next.Height : directory, new StopItem(decided), below.Rows, _core.Directory.View, _core.Signatures,
            _stateRoots.DueAt(below.Info.Height + 1)?.Root, _core.Options.Rules);
        if (result.TryGet(out ExecutedBlock? stop, out Fault fault)) return Propose(stop, [], 0, _core.Time.GetTimestamp());
        _core.Log.BlockNotBuilt(Shard, fault.CodeText, fault.Message);
        return null;
    }

    private BuiltProposal? Propose(ExecutedBlock built, IReadOnlyList<LeftOut> leftOut, int considered, long began)
    {
        Block block = Block.Create(built.Header, built.Items).Value;
        BlockInfo info = IncomingBlock.InfoOf(block);
        Hash32[] objects = NamedObjects.Of(block);
        // Rule 4 holds for the own block too: its vote says that the objects are on this disk.
        if (!_core.Objects.HasAll(objects)) return null;
        _executed[info.Hash] = new ChainBlock(info, block, built, objects)
        {
            Times = new BlockTimes { IsOwn = true, Arrived = began, Executed = _core.Time.GetTimestamp() },
        };
        return new BuiltProposal(info, block.Bytes, leftOut, considered);
    }
}

/// <summary>A block that this member's leader may propose.</summary>
/// <param name="Info">What the core knows of it; null when every candidate was left out.</param>
/// <param name="Bytes">The encoded block.</param>
/// <param name="LeftOut">Candidates that no block of this place may have, and why.</param>
/// <param name="Considered">How many candidates were looked at; those from here on found the block full.</param>
public sealed record BuiltProposal(BlockInfo? Info, ReadOnlyMemory<byte> Bytes, IReadOnlyList<LeftOut> LeftOut, int Considered);
