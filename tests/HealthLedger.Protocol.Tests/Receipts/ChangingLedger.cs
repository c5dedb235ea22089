using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Checkpoints;
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

/// <summary>A ledger whose members change, by fixed keys: member number n has identity key 100 + n and validator key 200 + n, wherever it stands.</summary>
internal sealed class ChangingLedger
{
    private readonly Func<int, ISigner> _signer;
    private readonly MemoryTree _directory = new();
    private readonly List<int[]> _members = [[0, 1, 2, 3]];
    private BlockHeader _last;

    public ChangingLedger(Func<int, ISigner>? signer = null, GenesisFile? genesis = null)
    {
        _signer = signer ?? Samples.Signer;
        Genesis = genesis ?? Samples.Genesis(4, _signer);
        History = ConfigurationHistory.From(Genesis);
        _directory.Append(TreeHash.Leaf(Genesis.LeafOf(0)));
        _last = Genesis.HeaderOf(0);
    }

    public GenesisFile Genesis { get; }

    public ConfigurationHistory History { get; private set; }

    public int[] MembersOf(int config) => _members[config];

    public Configuration Next(params int[] members) =>
        ConfigurationCodec.Follow(History.Newest, 1, [.. members.Select(number => Samples.Member(number, _signer))], []).Value;

    /// <summary>Decides other members, and appends the proof.</summary>
    public ChangingLedger Change(params int[] members)
    {
        History = History.Append(Proof(Next(members))).Value;
        _members.Add(members);
        return this;
    }

    /// <summary>An approval of a configuration.</summary>
    public static Event Approval(Hash32 configuration, string subject = "directory", uint type = EventType.ConfigurationApprove)
    {
        CborWriter body = new();
        new ConfigurationApproveBody { Configuration = configuration }.Encode(body);
        return Event.Create(type, subject, Samples.Id(60), body.WrittenSpan).Value;
    }

    /// <summary>The proof of a configuration as members would make it, or with another event, outcome or voters than is right.</summary>
    public ConfigurationProof Proof(Configuration next, Event? item = null, Outcome? outcome = null, int? shard = null, int? config = null, int[]? voters = null, Func<Receipt, Receipt>? change = null)
    {
        int number = config ?? History.Newest.Number;
        Receipt receipt = Decide(shard ?? 0, item ?? Approval(next.Hash), outcome ?? Outcome.Decided(next.Hash), number, voters);
        return new ConfigurationProof(ConfigurationCodec.Encode(next), (change?.Invoke(receipt) ?? receipt).Encode());
    }

    /// <summary>A receipt of an event in a patients' shard, certified by a configuration.</summary>
    public Receipt Receipt(int config, int[]? voters = null)
    {
        Submission submission = Samples.Submission(1, _signer(7), salt: 4);
        MemoryTree tree = new([TreeHash.Leaf(Genesis.LeafOf(submission.Statement.Shard)), Samples.Hash(8)]);
        BlockHeader parent = Genesis.HeaderOf(submission.Statement.Shard) with { Config = config, Height = 20, Parent = Samples.Hash(9), TreeSize = 2, TreeRoot = tree.Root() };
        return Receipt(submission, Outcome.Applied, parent, tree, config, voters) with { Configurations = History.ProofsTo(config) };
    }

    /// <summary>That receipt under a checkpoint that a configuration cosigned.</summary>
    public GlobalReceipt GlobalReceipt(int config, int cosigning)
    {
        Receipt receipt = Receipt(config);
        MemoryTree tree = new([TreeHash.Leaf(Genesis.LeafOf(receipt.Statement.Shard)), Samples.Hash(8), receipt.Statement.LeafHash, receipt.EntryLeafHash()]);
        ShardHead[] heads = [.. Enumerable.Range(1, Genesis.Shards).Select(shard => ShardHead.Of(shard == receipt.Statement.Shard ? receipt.Headers[^1] : Genesis.HeaderOf(shard)))];
        MemoryTree directory = new([TreeHash.Leaf(Genesis.LeafOf(0)), TreeHash.Leaf(new CheckpointItem([.. heads]).EncodeLeaf())]);
        Configuration configuration = History.TryGet(cosigning)!;
        LedgerCheckpoint policy = new(configuration);
        SignedNote note = policy.Assemble(2, directory.Root(),
            [.. Enumerable.Range(0, configuration.Q).Select(index => policy.Cosign(index, _signer(200 + _members[cosigning][index]), 2, directory.Root()))]);
        return new GlobalReceipt(receipt, heads[receipt.Statement.Shard - 1], [.. tree.Inclusion((ulong)receipt.EntryLeaf)], Genesis.Shards,
            [.. new MemoryTree(ShardHead.LeafHashes(heads)).Inclusion((ulong)receipt.Statement.Shard - 1)], new TlogProof(1, directory.Inclusion(1), note.ToString()))
        { Configurations = History.ProofsBetween(config, cosigning) };
    }

    public Certificate Certify(BlockHeader header, int config, int[]? voters = null)
    {
        int[] members = voters ?? [.. Enumerable.Range(0, Quorum.Size(_members[config].Length)).Select(index => _members[config][index])];
        Vote vote = new(VoteKind.Commit, header.Shard, new Epoch(config, 4), header.Height, header.ComputeHash());
        return new Certificate(vote, [.. members.Select((number, index) => VoteCodec.Sign(_signer(200 + number), Samples.Network, index, [vote])[0])]);
    }

    private Receipt Decide(int shard, Event item, Outcome outcome, int config, int[]? voters)
    {
        SubmissionBuilder builder = new(Samples.Network, shard, Samples.Did(100));
        builder.Add(item).Should().BeNull();
        Submission submission = builder.Sign(_signer(100), Samples.Time, Samples.Time + 600_000, Samples.Id(61)).Value;
        Receipt receipt = Receipt(submission, outcome, _last with { Shard = shard, Config = config }, _directory, config, voters);
        _last = receipt.Headers[1];
        return receipt;
    }

    private Receipt Receipt(Submission submission, Outcome outcome, BlockHeader parent, MemoryTree tree, int config, int[]? voters)
    {
        long leaf = (long)tree.Size;
        CborWriter encoded = new();
        outcome.Write(encoded);
        tree.Append(submission.Statement.LeafHash);
        tree.Append(Leaf.EntryHash(submission.Events[0].Hash, encoded.WrittenSpan));
        ImmutableArray<BlockItem> items = [new SubmissionItem(submission)];
        BlockHeader header = parent with
        {
            Height = parent.Height + 1,
            Parent = parent.ComputeHash(),
            DirectoryHeight = parent.Height,
            TreeSize = (long)tree.Size,
            TreeRoot = tree.Root(),
            BodyRoot = Block.ComputeBodyRoot(items),
            Time = parent.Time + 1000,
        };
        ImmutableArray<BlockHeader> headers = [parent, header];
        return new ReceiptBuilder(submission, _signer(submission.Statement.Shard == 0 ? 100 : 7).Public, leaf, headers, Certify(header, config, voters), tree).Build(0, outcome);
    }
}
