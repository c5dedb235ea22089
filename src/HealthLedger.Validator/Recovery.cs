using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;
using HealthLedger.Storage;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Telemetry;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator;

/// <summary>
/// Brings one shard's state and tree to the newest block that the own disk holds whole: both are functions of the committed blocks and write
/// themselves behind them. What is damaged beyond use is emptied and computed again from the first block; blocks that cannot be read end the
/// replay, and the replica fetches the rest from the others.
/// </summary>
internal sealed class Recovery(ReplicaCore core)
{
    private readonly ReplicaStore _store = core.Store;
    private readonly GenesisFile _genesis = core.Genesis;
    private readonly ReplicaLog _log = core.Log;
    private long _directory;

    /// <summary>Replays every shard, the directory first, and gives the committed blocks that state and tree are of now.</summary>
    public ShardTip[] RecoverAll(int shards)
    {
        ShardTip[] tips = new ShardTip[shards];
        HashSet<int> emptied = [];
        for (int shard = 0; shard < shards; shard++)
        {
            try
            {
                tips[shard] = Replay(shard);
                if (shard != Shards.Directory) continue;
                _directory = tips[shard].Info.Height;
                core.Directory.Renew();
                core.Configurations.LearnDecided(_directory);
            }
            catch (Exception damage) when (damage is StateDamagedException or TreeDamagedException or InvalidDataException)
            {
                // Rules of a shard read the directory too: it may be that one's rows which are damaged.
                int damaged = damage is StateDamagedException state ? (int)state.Shard : shard;
                if (!emptied.Add(damaged)) throw;
                _log.StateEmptied(damaged);
                _store.State((uint)damaged).Clear();
                _store.Tree((uint)damaged).Clear();
                shard = Math.Min(shard, damaged) - 1;
            }
        }
        return tips;
    }

    private ShardTip Replay(int shard)
    {
        StateStore state = _store.State((uint)shard);
        TreeStore tree = _store.Tree((uint)shard);
        long committed = (long)(_store.Blocks.CommittedHeight((uint)shard) ?? 0);
        if ((long?)state.AppliedHeight > committed) throw new InvalidDataException("The state is of a height that the block log does not have.");
        if (state.AppliedHeight is null) state.Apply(0, [.. GenesisState.Rows(_genesis, shard).Select(row => new RowChange(row.Key, row.Value))]);
        if (tree.Size == 0) tree.Append([Protocol.Hashing.TreeHash.Leaf(_genesis.LeafOf(shard))]);
        long applied = (long)state.AppliedHeight!;
        ShardTip tip = TipAt(shard, applied) ?? throw new InvalidDataException("The block that the state is of cannot be read.");
        CompleteTree(shard, tip.Header, tree);
        tip = tip with { Next = Parent(tip, tree) };
        StateRoots roots = new(state);
        for (long height = applied + 1; height <= committed; height++)
        {
            if (ReadRecord(shard, height) is not { } record || !record.Block.Items.All(item => item is not ErasedItem)) break;
            // The directory's own blocks may be damaged: what lies beyond them waits for the others.
            if (shard != Shards.Directory && record.Block.Header.DirectoryHeight > _directory) break;
            if (record.Block.Header.Parent != tip.Info.Hash) throw new InvalidDataException("The block log's heights do not follow each other.");
            roots.WhenReady(height).GetAwaiter().GetResult();
            Result<ExecutedBlock> result = BlockExecutor.Check(tip.Next, record.Block, state, core.Directory.View, core.Signatures, roots.DueAt(height)?.Root, core.Options.Rules);
            if (!result.TryGet(out ExecutedBlock? executed, out Fault fault)) throw new InvalidDataException($"The committed block of height {height} does not follow from the state: {fault}");
            Hash32[] leaves = new Hash32[executed.Leaves.Count];
            for (int i = 0; i < leaves.Length; i++) leaves[i] = executed.Leaves[i].Hash;
            tree.Append(leaves);
            state.Apply((ulong)height, executed.Changes);
            roots.NoteCommit(height);
            tip = new ShardTip(IncomingBlock.InfoOf(record.Block), record.Block.Header, executed.Next, CertificateAt(shard, height) ?? tip.Certificate);
        }
        if (tip.Info.Height > applied) _log.Replayed(shard, applied + 1, tip.Info.Height);
        return tip;
    }

    /// <summary>Makes the tree end where a header says: cut back, or completed from the blocks' records.</summary>
    private void CompleteTree(int shard, BlockHeader header, TreeStore tree)
    {
        if ((long)tree.Size > header.TreeSize) tree.Truncate((ulong)header.TreeSize);
        while ((long)tree.Size < header.TreeSize)
        {
            if (_store.Blocks.FindLeaf((uint)shard, tree.Size) is not { } place || ReadRecord(shard, (long)place.Height) is not { } record)
                throw new InvalidDataException("A block whose leaves the tree lacks cannot be read.");
            Hash32[] leaves = BlockLeaves.Hashes(record);
            long first = record.Block.Header.TreeSize - leaves.Length;
            tree.Append(leaves.AsSpan((int)((long)tree.Size - first)));
        }
    }

    private BlockParent Parent(ShardTip tip, TreeStore tree)
    {
        BlockHeader header = tip.Header;
        int config = tip.Info.ChildConfig;
        int? rules = core.Book.TryGet(config)?.RulesVersion ?? core.Directory.View.Configuration(config)?.RulesVersion;
        if (rules is not { } version) throw new InvalidDataException($"Configuration {config} is not known.");
        if (tree.Root != header.TreeRoot) throw new InvalidDataException("The tree is not the one that the header names.");
        return BlockParent.Of(header, _genesis.Shards, config, version, tree.Range());
    }

    private ShardTip? TipAt(int shard, long height)
    {
        if (height == 0)
        {
            BlockHeader first = _genesis.HeaderOf(shard);
            return new ShardTip(IncomingBlock.InfoOf(first, first.ComputeHash()), first, BlockParent.Genesis(_genesis, shard), null);
        }
        if (ReadRecord(shard, height) is not { } record) return null;
        return new ShardTip(IncomingBlock.InfoOf(record.Block), record.Block.Header, BlockParent.Genesis(_genesis, shard), CertificateAt(shard, height));
    }

    private BlockRecord? ReadRecord(int shard, long height) =>
        _store.Blocks.TryRead((uint)shard, (ulong)height) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) ? record : null;

    private Certificate? CertificateAt(int shard, long height) => CertificateBytes.TryDecode(_store.Blocks.Certificate((uint)shard, (ulong)height));
}
