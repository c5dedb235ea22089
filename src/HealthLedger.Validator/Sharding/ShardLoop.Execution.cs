using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Validator.Checking;

namespace HealthLedger.Validator.Sharding;

/// <content>Bodies that came, and their execution on top of their parents.</content>
internal sealed partial class ShardLoop
{
    private const int BodiesMax = 64;
    private readonly Dictionary<Hash32, IncomingBlock> _bodies = [];

    /// <summary>
    /// Queues a proposal: the block is decoded, and its signatures verified, beside the loop; the call keeps its place in the order.
    /// </summary>
    public void PostProposal(Func<BlockInfo, ProposeCall> call, ReadOnlyMemory<byte> bytes)
    {
        Task<IncomingBlock?> decoding = Task.Run(() => Decode(bytes));
        PostOutside(decoding, block =>
        {
            Remember(block);
            Step(call(block.Info));
        });
    }

    /// <summary>Queues the proposal of this member's own leader; its block was built, and so executed, here.</summary>
    public void PostOwnProposal(ProposeCall call) => Post(() => Step(call));

    private void PostOutside(Task<IncomingBlock?> decoding, Action<IncomingBlock> run)
    {
        if (!Admit()) return;
        Work work = new(() => { if (decoding.Result is { } block) run(block); }, decoding, Outside: true);
        if (!_inbox.Writer.TryWrite(work)) Interlocked.Decrement(ref _outside);
    }

    /// <summary>Reads a block from outside and begins to verify its signatures; null when it is malformed.</summary>
    private IncomingBlock? Decode(ReadOnlyMemory<byte> bytes)
    {
        long arrived = _core.Time.GetTimestamp();
        if (!IncomingBlock.Decode(bytes, Shard).TryGet(out IncomingBlock? block, out Fault fault))
        {
            _core.Log.BlockMalformed(Shard, fault.CodeText);
            return null;
        }
        block.Times.Arrived = arrived;
        block.Signatures = Task.Run(() => VerifySignatures(block.Block));
        return block;
    }

    /// <summary>Verifies what is not known to be good yet, on all cores. Keys that the block itself brings are left to its execution.</summary>
    private void VerifySignatures(Block block)
    {
        IEnumerable<Submission> submissions = block.Items.OfType<SubmissionItem>().Select(item => item.Submission);
        SignatureBatch batch = SignatureBatch.Plan(submissions, _core.Genesis.Network, _core.Store.State((uint)Shard), _core.Directory.View, block.Header.Time, _core.Signatures);
        if (batch.Count == 0) return;
        long began = _core.Time.GetTimestamp();
        if (batch.Count < 4) for (int i = 0; i < batch.Count; i++) batch.Verify(i);
        else Parallel.For(0, batch.Count, batch.Verify);
        _core.Metrics.Verified(batch.Count, _core.Time.GetElapsedTime(began).TotalSeconds);
    }

    private void Remember(IncomingBlock block)
    {
        if (_bodies.Count >= BodiesMax) _bodies.Remove(_bodies.MinBy(body => body.Value.Info.Height).Key);
        _bodies[block.Info.Hash] = block;
    }

    private void BeginExecute(Execute execute)
    {
        BlockInfo info = execute.Block;
        if (_executed.ContainsKey(info.Hash))
        {
            _local.Enqueue(new Executed(info, Verdict.Ok));
            return;
        }
        if (!_bodies.TryGetValue(info.Hash, out IncomingBlock? body))
        {
            // Voted for before a restart: the bytes are on the own disk.
            if (_core.Store.Blocks.TryRead(info.Hash) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _)) body = Decode(record.Block.Bytes);
            if (body is null)
            {
                _local.Enqueue(new Executed(info, Verdict.BodyMissing));
                return;
            }
            Remember(body);
        }
        Task<Verdict> ready = GatherAsync(body, _stateRoots.WhenReady(info.Height));
        if (ready.IsCompletedSuccessfully) _local.Enqueue(Finish(body, ready.Result));
        else _ = ready.ContinueWith(done => Post(() => Step(Finish(body, done.Result))), TaskContinuationOptions.OnlyOnRanToCompletion);
    }

    /// <summary>Waits, for a while, until everything is here that the check needs.</summary>
    private async Task<Verdict> GatherAsync(IncomingBlock body, Task stateRoot, bool isCertified = false)
    {
        await body.Signatures;
        await stateRoot;
        if (!_core.Objects.HasAll(body.Objects) && !await _core.GatherObjectsAsync(body.Objects)) return Verdict.BodyMissing;
        if (Shard == Shards.Directory)
        {
            // The heads of one that is certified were held against their shards by q members: a newcomer's other shards may need this one first.
            if (isCertified) return await KnowsChildrenAsync(body);
            foreach (CheckpointItem checkpoint in body.Block.Items.OfType<CheckpointItem>())
                foreach (ShardHead head in checkpoint.Heads)
                    if (!await _core.ReachesAsync(head.Shard, head.Height)) return Verdict.BodyMissing;
        }
        else if (!await _core.ReachesAsync(Shards.Directory, body.Info.DirectoryHeight))
        {
            return Verdict.DirectoryAhead;
        }
        return await KnowsChildrenAsync(body);
    }

    /// <summary>A stop sign is executed only where it is known who votes on its children.</summary>
    private async Task<Verdict> KnowsChildrenAsync(IncomingBlock body) =>
        !body.Info.IsStop || await _core.Configurations.KnowsAsync(body.Info.ChildConfig, _core.Options.ProposalPatience, _stopping) ? Verdict.Ok : Verdict.DirectoryAhead;

    private Executed Finish(IncomingBlock body, Verdict gathered, bool isCertified = false)
    {
        body.Times.Gathered = _core.Time.GetTimestamp();
        // A fetched block whose parent was dropped meanwhile is asked for again.
        if (gathered == Verdict.Ok && !_executed.ContainsKey(body.Info.Hash) && !TryParent(body.Info.Parent, out _)) gathered = Verdict.BodyMissing;
        Verdict verdict = gathered != Verdict.Ok ? gathered : TryExecute(body, isCertified) is { } fault ? Refuse(body, fault) : Verdict.Ok;
        if (verdict == Verdict.Invalid) _bodies.Remove(body.Info.Hash);
        return new Executed(body.Info, verdict);
    }

    /// <summary>Checks and executes a block whose parent is executed; null when it holds, and then it is an overlay.</summary>
    private Fault? TryExecute(IncomingBlock body, bool isCertified)
    {
        if (_executed.ContainsKey(body.Info.Hash)) return null;
        if (!TryParent(body.Info.Parent, out Parent? parent)) return new Fault(FaultCode.BlockMisplaced, "The block's parent is not executed here.");
        if ((CheckPlace(body.Block, parent.Info) ?? (isCertified ? null : CheckHeads(body.Block))) is { } wrong) return wrong;
        if (_stateRoots.DueAt(body.Info.Height) is { Ready: false }) return new Fault(FaultCode.BlockMisplaced, "The state root that is due is not computed yet.");
        Result<ExecutedBlock> result = BlockExecutor.Check(parent.Next, body.Block, parent.Rows, _core.Directory.View, _core.Signatures, _stateRoots.DueAt(body.Info.Height)?.Root, _core.Options.Rules);
        if (!result.TryGet(out ExecutedBlock? executed, out Fault fault)) return fault;
        _executed[body.Info.Hash] = new ChainBlock(body.Info, body.Block, executed, body.Objects) { Times = body.Times };
        body.Times.Executed = _core.Time.GetTimestamp();
        return null;
    }

    /// <summary>A checkpoint's heads are those that this replica has committed.</summary>
    private Fault? CheckHeads(Block block)
    {
        foreach (CheckpointItem checkpoint in block.Items.OfType<CheckpointItem>())
            foreach (ShardHead head in checkpoint.Heads)
                if (_core.HashAt(head.Shard, head.Height) != head.Header) return new Fault(FaultCode.CheckpointWrong, $"The head of shard {head.Shard} is not the block committed here.");
        return null;
    }

    /// <summary>An executed block and where it leaves the shard.</summary>
    private sealed record Parent(BlockInfo Info, BlockParent Next, IRowReader Rows);

    private bool TryParent(Hash32 hash, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Parent? parent)
    {
        ShardTip tip = _tip;
        if (tip.Info.Hash == hash) parent = new Parent(tip.Info, tip.Next, _core.Store.State((uint)Shard));
        else if (_executed.TryGetValue(hash, out ChainBlock? block)) parent = new Parent(block.Info, block.Result.Next, block.Result.Rows);
        else parent = null;
        return parent is not null;
    }

    private Verdict Refuse(IncomingBlock body, Fault fault)
    {
        _core.Log.BlockRefused(Shard, body.Info.Height, fault.CodeText, fault.Message);
        return Verdict.Invalid;
    }
}
