using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>
/// Runs blocks through the rules: a leader builds one from what was submitted, every replica checks one before it votes, with the same
/// result to the byte. Pure: whoever calls brings the rows, the directory and the time. Thread-safe; costs no more memory than the changes.
/// </summary>
public static class BlockExecutor
{
    /// <summary>Builds the next block from candidates in order. What no block may have is left out with the reason; what finds the block full waits.</summary>
    /// <param name="parent">Where the parent left the shard.</param>
    /// <param name="config">The configuration that will vote: the one that the parent leads to.</param>
    /// <param name="time">Block time, in milliseconds since 1970; raised to the parent's where it is earlier.</param>
    /// <param name="directoryHeight">A committed height of shard 0; in shard 0 the parent's height.</param>
    /// <param name="candidates">Submissions, in the order in which they came.</param>
    /// <param name="checkpoint">In shard 0, the heads for a checkpoint that is due; null for none.</param>
    /// <param name="rows">The rows after the parent.</param>
    /// <param name="directory">Shard 0 at the directory height or beyond; in shard 0 itself the rows are read.</param>
    /// <param name="signatures">Those checked before.</param>
    /// <param name="limits">How much to take.</param>
    /// <param name="stateRoot">The root that is due in this header; null for none.</param>
    /// <param name="book">The versions of the rules that there are; the standard ones where not given.</param>
    public static Result<BuiltBlock> Build(
        BlockParent parent, int config, long time, long directoryHeight, IReadOnlyList<Submission> candidates, CheckpointItem? checkpoint,
        IRowReader rows, DirectoryView directory, SignatureCache signatures, BuildLimits limits, Hash32? stateRoot = null, RuleBook? book = null)
    {
        if ((book ?? RuleBook.Standard).Get(parent.RulesVersion) is not { } rules) return UnknownRules(parent);
        if ((Place(parent, config) ?? DirectoryHeight(parent, directoryHeight)) is { } wrong) return wrong;
        Execution execution = new(parent, rules, Math.Max(time, parent.Time), rows, AsOf(parent, directoryHeight, rows, directory), signatures);
        List<LeftOut> leftOut = [];
        int next = 0;
        for (; next < candidates.Count; next++)
        {
            Submission candidate = candidates[next];
            if (execution.Statements + 1 > limits.StatementsMax || execution.Entries + candidate.Events.Length > limits.EntriesMax || execution.Bytes + candidate.Length > limits.BytesMax) break;
            if (execution.Take(new SubmissionItem(candidate)) is { } fault) leftOut.Add(new LeftOut(next, fault));
        }
        if (checkpoint is not null && execution.Take(checkpoint) is { } misplaced) return misplaced;
        return new BuiltBlock(execution.Finish(directoryHeight, stateRoot), leftOut, next);
    }

    /// <summary>The block that is a stop sign, alone; its children are of the next configuration. See <see cref="Build"/>.</summary>
    public static Result<ExecutedBlock> BuildStop(BlockParent parent, int config, long time, long directoryHeight, StopItem stop, IRowReader rows, DirectoryView directory, SignatureCache signatures, Hash32? stateRoot = null, RuleBook? book = null)
    {
        if ((book ?? RuleBook.Standard).Get(parent.RulesVersion) is not { } rules) return UnknownRules(parent);
        if ((Place(parent, config) ?? DirectoryHeight(parent, directoryHeight)) is { } wrong) return wrong;
        Execution execution = new(parent, rules, Math.Max(time, parent.Time), rows, AsOf(parent, directoryHeight, rows, directory), signatures);
        return execution.Take(stop) is { } misplaced ? misplaced : execution.Finish(directoryHeight, stateRoot);
    }

    /// <summary>
    /// Checks a proposed block: it follows its parent, each statement has its place, and tree, body and state are what the rules make of them. A fault
    /// means that the block is invalid as a whole. The clock, and whether the directory height is committed, are the caller's.
    /// </summary>
    /// <param name="parent">Where the parent left the shard.</param>
    /// <param name="block">What was proposed.</param>
    /// <param name="rows">The rows after the parent.</param>
    /// <param name="directory">Shard 0 at the block's directory height or beyond; in shard 0 itself the rows are read.</param>
    /// <param name="signatures">Those checked before; run a <see cref="SignatureBatch"/> first to use all cores.</param>
    /// <param name="stateRoot">The root that is due in this header; null for none.</param>
    /// <param name="book">The versions of the rules that there are; the standard ones where not given.</param>
    public static Result<ExecutedBlock> Check(BlockParent parent, Block block, IRowReader rows, DirectoryView directory, SignatureCache signatures, Hash32? stateRoot = null, RuleBook? book = null)
    {
        BlockHeader header = block.Header;
        if ((book ?? RuleBook.Standard).Get(parent.RulesVersion) is not { } rules) return UnknownRules(parent);
        if (header.Network != parent.Network || header.Shard != parent.Shard || header.Height != parent.Height + 1 || header.Parent != parent.Hash)
            return new Fault(FaultCode.BlockMisplaced, $"The block does not follow height {parent.Height} of shard {parent.Shard}.");
        if (header.Time < parent.Time) return new Fault(FaultCode.BlockTimeBack, "The block's time is before its parent's.");
        if ((Place(parent, header.Config) ?? DirectoryHeight(parent, header.DirectoryHeight)) is { } wrong) return wrong;
        Execution execution = new(parent, rules, header.Time, rows, AsOf(parent, header.DirectoryHeight, rows, directory), signatures);
        foreach (BlockItem item in block.Items)
        {
            Fault? fault = item switch
            {
                SubmissionItem submission => execution.Take(submission),
                CheckpointItem checkpoint => execution.Take(checkpoint),
                StopItem stop => execution.Take(stop),
                _ => new Fault(FaultCode.ItemMisplaced, "A proposed block has its events whole."),
            };
            if (fault is { } found) return found;
        }
        ExecutedBlock executed = execution.Finish(header.DirectoryHeight, stateRoot);
        return executed.Header == header ? executed : new Fault(FaultCode.BlockResultWrong, $"The block's {Difference(executed.Header, header)} is not what the rules make of it.");
    }

    private static Fault UnknownRules(BlockParent parent) => new(FaultCode.RulesUnknown, $"Version {parent.RulesVersion} of the rules is not one this software knows.");

    private static Fault? Place(BlockParent parent, int config) =>
        config == parent.Config ? null : new Fault(FaultCode.ConfigurationWrong, $"The block is of configuration {config}; its parent leads to {parent.Config}.");

    /// <summary>
    /// The directory that rules read: as of the directory height, however far the replica is beyond it. Shard 0 reads its own rows after the parent, which may
    /// not be committed yet.
    /// </summary>
    private static DirectoryView AsOf(BlockParent parent, long height, IRowReader rows, DirectoryView directory) =>
        parent.Shard == Shards.Directory ? new DirectoryView(rows).At(height) : directory.At(height);

    private static Fault? DirectoryHeight(BlockParent parent, long height)
    {
        bool right = parent.Shard == Shards.Directory ? height == parent.Height : height >= parent.DirectoryHeight;
        return right ? null : new Fault(FaultCode.DirectoryHeightWrong, $"The directory height {height} does not follow the parent's.");
    }

    private static string Difference(BlockHeader own, BlockHeader theirs) =>
        own.TreeSize != theirs.TreeSize || own.TreeRoot != theirs.TreeRoot ? "tree"
        : own.BodyRoot != theirs.BodyRoot ? "body root"
        : own.StateDigest != theirs.StateDigest ? "state digest"
        : "state root";
}
