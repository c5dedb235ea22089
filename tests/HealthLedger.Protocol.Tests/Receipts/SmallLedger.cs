using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Notes;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Tests.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Tests.Receipts;

/// <summary>A ledger of a few blocks by fixed keys: one shard of patients and the directory, whose second block is a checkpoint.</summary>
internal sealed class SmallLedger
{
    private readonly Func<int, ISigner> _signer;

    public SmallLedger(int members = 4, Func<int, ISigner>? signer = null, int firstEvents = 3)
    {
        _signer = signer ?? Samples.Signer;
        Genesis = Samples.Genesis(members, _signer);
        Submissions = [Samples.Submission(firstEvents, _signer(7), salt: 1), Samples.Submission(2, _signer(7), seq: 3, salt: 2), Samples.Submission(1, _signer(7), salt: 3)];
        Shard = Submissions[0].Statement.Shard;
        Tree.Append(TreeHash.Leaf(Genesis.LeafOf(Shard)));
        Headers.Add(Genesis.HeaderOf(Shard));
        StatementLeaves = new long[Submissions.Length];
        for (int i = 0; i < Submissions.Length; i++) Append(i);
    }

    public GenesisFile Genesis { get; }

    public int Shard { get; }

    public Submission[] Submissions { get; }

    public long[] StatementLeaves { get; }

    public MemoryTree Tree { get; } = new();

    public List<BlockHeader> Headers { get; } = [];

    public List<Block> Blocks { get; } = [];

    public static Outcome OutcomeOf(int index) => index switch
    {
        0 => Outcome.Applied,
        1 => Outcome.Duplicate(1),
        _ => Outcome.Permitted(FaultCode.FormatLimit, 12, Samples.Hash(99), Samples.Id(5)),
    };

    public Certificate Certify(BlockHeader header, VoteKind kind = VoteKind.Commit)
    {
        Vote vote = new(kind, header.Shard, new Epoch(0, 4), header.Height, header.ComputeHash());
        Vote[] flush = [vote with { Kind = VoteKind.Prepare, Height = header.Height + 1 }, vote, vote with { Shard = 0 }];
        return new Certificate(vote, [.. Enumerable.Range(0, Genesis.Configuration.Q).Select(member => VoteCodec.Sign(_signer(200 + member), Samples.Network, member, flush)[1])]);
    }

    /// <summary>The receipt of an event whose block is certified by the last one.</summary>
    public Receipt Receipt(int submission, int index, bool withhold = false, int? certifiedHeight = null)
    {
        ImmutableArray<BlockHeader> headers = [.. Headers[submission..((certifiedHeight ?? Headers.Count - 1) + 1)]];
        return new ReceiptBuilder(Submissions[submission], _signer(7).Public, StatementLeaves[submission], headers, Certify(headers[^1]), Tree).Build(index, OutcomeOf(index), withhold);
    }

    public GlobalReceipt GlobalReceipt(int submission, int index, int cosigners)
    {
        ShardHead[] heads = [.. Enumerable.Range(1, Genesis.Shards).Select(shard => ShardHead.Of(shard == Shard ? Headers[^1] : Genesis.HeaderOf(shard)))];
        CheckpointItem item = new([.. heads]);
        MemoryTree directory = new([TreeHash.Leaf(Genesis.LeafOf(0)), Samples.Hash(50), TreeHash.Leaf(item.EncodeLeaf()), Samples.Hash(51)]);
        MemoryTree headTree = new(ShardHead.LeafHashes(heads));
        LedgerCheckpoint policy = new(Genesis.Configuration);
        SignedNote note = policy.Assemble(4, directory.Root(), [.. Enumerable.Range(0, cosigners).Select(member => policy.Cosign(member, _signer(200 + member), 4, directory.Root()))]);
        Receipt receipt = Receipt(submission, index);
        return new GlobalReceipt(receipt, heads[Shard - 1], [.. Tree.Inclusion((ulong)receipt.EntryLeaf)], Genesis.Shards, [.. headTree.Inclusion((ulong)Shard - 1)],
            new TlogProof(2, directory.Inclusion(2), note.ToString()));
    }

    private void Append(int number)
    {
        Submission submission = Submissions[number];
        StatementLeaves[number] = (long)Tree.Size;
        Tree.Append(submission.Statement.LeafHash);
        for (int i = 0; i < submission.Events.Length; i++)
        {
            CborWriter outcome = new();
            OutcomeOf(i).Write(outcome);
            Tree.Append(Leaf.EntryHash(submission.Events[i].Hash, outcome.WrittenSpan));
        }
        ImmutableArray<BlockItem> items = [new SubmissionItem(submission)];
        BlockHeader parent = Headers[^1];
        BlockHeader header = parent with
        {
            Height = parent.Height + 1,
            Parent = parent.ComputeHash(),
            TreeSize = (long)Tree.Size,
            TreeRoot = Tree.Root(),
            BodyRoot = Block.ComputeBodyRoot(items),
            StateDigest = StateChain.Next(parent.StateDigest, StateChain.EncodeChanges([])),
            Time = parent.Time + 1000,
        };
        Headers.Add(header);
        Blocks.Add(Block.Create(header, items).Value);
    }
}
