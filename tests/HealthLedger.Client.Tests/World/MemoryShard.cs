using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Client.Tests.World;

/// <summary>A shard with one validator: every submission is a block of its own, decided by the real rules, certified and kept.</summary>
internal sealed class MemoryShard(GenesisFile genesis, int shard, SigningKey validator, DirectoryView directory)
{
    private readonly MemoryRows _rows = new();
    private readonly MemoryTree _tree = new([.. new[] { Protocol.Hashing.TreeHash.Leaf(genesis.LeafOf(shard)) }]);
    private readonly Dictionary<Hash32, Taken> _taken = [];
    private readonly SortedList<long, Taken> _byLeaf = [];
    private readonly SignatureCache _signatures = new();
    private BlockParent _head = BlockParent.Genesis(genesis, shard);
    private BlockHeader _header = genesis.HeaderOf(shard);

    public LedgerView View => new(_rows);

    /// <summary>Gives shard 0 the rows that the genesis gives it.</summary>
    public MemoryShard WithGenesis()
    {
        foreach (Protocol.State.Row row in GenesisState.Rows(genesis, shard)) _rows.Add(row);
        return this;
    }

    public BlockParent Head => _head;

    public long Entries { get; private set; }

    public Result<CommittedStatement> Commit(Submission submission, long now)
    {
        if (_taken.TryGetValue(submission.Statement.Id, out Taken? before)) return before.Committed;
        BuiltBlock built = BlockExecutor.Build(_head, _head.Config, now, shard == Shards.Directory ? _head.Height : 0, [submission], null, _rows, directory, _signatures, BuildLimits.Format).Value;
        if (built.LeftOut.Count > 0) return built.LeftOut[0].Fault;
        ExecutedBlock block = built.Block;
        _rows.Apply(block.Changes);
        _tree.Append([.. block.Leaves.Select(leaf => leaf.Hash)]);
        Vote vote = new(VoteKind.Commit, shard, new Epoch(0, 0), block.Header.Height, block.Header.ComputeHash());
        Certificate certificate = new(vote, VoteCodec.Sign(validator, genesis.Network, 0, [vote]));
        CommittedStatement committed = new(
            submission.Statement.Id, shard, block.Header.Height, block.Header.Time, block.FirstLeaf, [.. block.Outcomes.Select(outcome => (ReadOnlyMemory<byte>)Encode(outcome))]);
        Taken taken = new(submission, committed, [.. block.Outcomes], [_header, block.Header], certificate);
        _taken.Add(submission.Statement.Id, taken);
        _byLeaf.Add(block.FirstLeaf, taken);
        (_head, _header) = (block.Next, block.Header);
        Entries += submission.Events.Length;
        return committed;
    }

    public Taken? Find(Hash32 statementId) => _taken.GetValueOrDefault(statementId);

    /// <summary>The statement whose entries hold a leaf, and which event it is.</summary>
    public (Taken Taken, int Index) At(long leaf)
    {
        Taken taken = _byLeaf.Last(pair => pair.Key < leaf).Value;
        return (taken, (int)(leaf - taken.Committed.StatementLeaf - 1));
    }

    public byte[] Receipt(Taken taken, int index, PublicKey signer) =>
        new ReceiptBuilder(taken.Submission, signer, taken.Committed.StatementLeaf, [.. taken.Headers], taken.Certificate, _tree).Build(index, taken.Outcomes[index]).Encode();

    private static byte[] Encode(Outcome outcome)
    {
        Protocol.Cbor.CborWriter writer = new();
        outcome.Write(writer);
        return writer.ToArray();
    }
}

/// <summary>A committed statement and all that proves it.</summary>
internal sealed record Taken(Submission Submission, CommittedStatement Committed, Outcome[] Outcomes, BlockHeader[] Headers, Certificate Certificate);
