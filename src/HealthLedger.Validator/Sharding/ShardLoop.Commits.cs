using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Protocol;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Sharding;

/// <content>What is executed above the committed block, and what becomes of it.</content>
internal sealed partial class ShardLoop
{
    private readonly Dictionary<Hash32, ChainBlock> _executed = [];
    private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ShardTip _tip;

    /// <summary>The committed block. Read from any thread.</summary>
    public ShardTip Tip => _tip;

    /// <summary>Completes at the next commit.</summary>
    public Task NextCommit => Volatile.Read(ref _committed).Task;

    /// <summary>Applies committed blocks to the store, ascending, and gives what subscribers are told once all is durable.</summary>
    private List<CommittedBlock> Apply(Commit commit)
    {
        List<CommittedBlock> told = new(commit.Blocks.Length);
        ShardTip tip = _tip;
        bool changesDirectory = false;
        foreach (BlockInfo info in commit.Blocks)
        {
            Invariant.Require(_executed.TryGetValue(info.Hash, out ChainBlock? block), "What is committed was executed here.");
            Invariant.Require(info.Parent == tip.Info.Hash, "Commits are in order.");
            bool isLast = info.Hash == commit.Certificate.Block;
            // A block committed without this replica's vote is not staged yet; one that is staged is not written again.
            StageBlock(info);
            _core.Store.Blocks.Commit((uint)Shard, (ulong)info.Height, info.Hash, (ulong)info.TreeSize, isLast ? CertificateBytes.Encode(commit.Certificate) : default);
            _core.Store.Tree((uint)Shard).Append(block.LeafHashes());
            _core.Store.State((uint)Shard).Apply((ulong)info.Height, block.Result.Changes);
            tip = new ShardTip(info, block.Block.Header, block.Result.Next, commit.Certificate);
            told.Add(new CommittedBlock(Shard, block.Block, block.Result.Outcomes, block.Result.FirstLeaf, commit.Certificate) { Times = block.Times });
            block.Times.Committed = _core.Time.GetTimestamp();
            _core.Metrics.BlockCommitted(Shard, block.Result.Outcomes);
            changesDirectory |= _core.NoteCommit(Shard, block);
            _stateRoots.NoteCommit(info.Height);
        }
        // Who sees the height sees what was decided at it.
        if (changesDirectory) _core.Configurations.LearnDecided(tip.Info.Height);
        _tip = tip;
        NoteDueStop();
        DropOverlays(commit.Blocks);
        Interlocked.Exchange(ref _committed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return told;
    }

    /// <summary>Forgets what is committed or does not descend from it; what lies right above reads the store from now on.</summary>
    private void DropOverlays(BlockInfo[] committed)
    {
        foreach (BlockInfo info in committed) _executed.Remove(info.Hash);
        HashSet<Hash32> kept = [_tip.Info.Hash];
        foreach (ChainBlock block in _executed.Values.OrderBy(block => block.Info.Height).ToArray())
        {
            if (block.Info.Height > _tip.Info.Height && kept.Contains(block.Info.Parent)) kept.Add(block.Info.Hash);
            else _executed.Remove(block.Info.Hash);
            if (block.Info.Parent == _tip.Info.Hash) block.Result.Rows.Below = _core.Store.State((uint)Shard);
        }
        foreach (IncomingBlock body in _bodies.Values.ToArray())
            if (body.Info.Height <= _tip.Info.Height) _bodies.Remove(body.Info.Hash);
    }

    /// <summary>Puts a block, and that the objects it names are to stay, into the next flush.</summary>
    private void StageBlock(BlockInfo info)
    {
        if (info.Height <= _tip.Info.Height) return;
        Invariant.Require(_executed.TryGetValue(info.Hash, out ChainBlock? block), "What is voted for was executed here.");
        if (!_core.Store.Blocks.Contains(info.Hash)) _core.Objects.MarkNamed(block.Objects);
        // Where it is there and sound, this writes nothing; where it reads damaged, this heals it.
        _core.Store.Blocks.Append((uint)Shard, (ulong)info.Height, info.Hash, block.Record);
    }
}
