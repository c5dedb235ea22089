using System.Buffers.Binary;
using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>
/// One block on its way through the rules, item by item. An item that has no place in a block leaves no trace, so that a leader may go on
/// with the next one.
/// </summary>
internal sealed class Execution
{
    private readonly BlockParent _parent;
    private readonly IRules _rules;
    private readonly OverlayRows _rows;
    private readonly RuleContext _context;
    private readonly SignatureCache _signatures;
    private readonly ImmutableArray<BlockItem>.Builder _items = ImmutableArray.CreateBuilder<BlockItem>();
    private readonly List<Outcome> _outcomes = [];
    private readonly List<TreeLeaf> _leaves = [];
    private readonly CborWriter _outcome = new(128), _entries = new(4_096);
    private readonly long _rememberedBefore;
    private long _remembered;
    private ConfigurationRow? _next;

    public Execution(BlockParent parent, IRules rules, long time, IRowReader rows, DirectoryView directory, SignatureCache signatures)
    {
        (_parent, _rules, _signatures) = (parent, rules, signatures);
        _rows = new OverlayRows(rows);
        _context = new RuleContext(parent.Network, _rows, directory, time) { Config = parent.Config, Height = parent.Height + 1 };
        _remembered = _rememberedBefore = Counters.Remembered(rows);
        Forget();
    }

    public int Statements { get; private set; }

    public int Entries => _outcomes.Count;

    public int Bytes { get; private set; }

    private long NextLeaf => (long)_parent.Tree.Size + _leaves.Count;

    /// <summary>Decides every event of a submission; a fault, and nothing changed, when no block of this place may have it.</summary>
    public Fault? Take(SubmissionItem item)
    {
        Submission submission = item.Submission;
        if (StatementCheck.Form(submission, _parent.Network, _parent.Shard, _parent.Shards) is { } unfit) return unfit;
        if (!StatementCheck.Admit(submission, _parent.Network, _rows, _context.Directory, _context.Time, _signatures, _remembered).TryGet(out Signer signer, out Fault fault))
            return fault;
        Statement statement = submission.Statement;
        long leaf = NextLeaf;
        Remember(statement, leaf);
        bool counted = PutSequence(statement, signer);
        int first = _outcomes.Count;
        if (statement.Atomic) _rows.Mark();
        Decide(submission, signer, leaf);
        if (statement.Atomic) Settle(first);
        if (!counted) PutSequence(statement, signer);
        _leaves.Add(new TreeLeaf(statement.Bytes, statement.LeafHash));
        AddEntries(submission, first);
        _items.Add(item);
        Statements++;
        Bytes += submission.Length;
        return null;
    }

    /// <summary>Takes the heads of all shards; a fault where one goes back, or none goes forward.</summary>
    public Fault? Take(CheckpointItem item)
    {
        if (_parent.Shard != Shards.Directory) return new Fault(FaultCode.ItemMisplaced, "A checkpoint belongs to shard 0.");
        if (item.Heads.Length != _parent.Shards) return new Fault(FaultCode.CheckpointWrong, "A checkpoint has the heads of all shards.");
        bool forward = false;
        foreach (ShardHead head in item.Heads)
        {
            if (!_rows.TryGet(HeadKey(head), out ReadOnlySpan<byte> value))
            {
                forward = true;
                continue;
            }
            ShardHead last = HeadRow.Decode(head.Shard, value);
            if (head.Height < last.Height || head.TreeSize < last.TreeSize || (head.Height == last.Height && head != last))
                return new Fault(FaultCode.CheckpointWrong, $"The head of shard {head.Shard} does not follow the one of the last checkpoint.");
            forward |= head != last;
        }
        if (!forward) return new Fault(FaultCode.CheckpointWrong, "No head has gone forward since the last checkpoint.");
        foreach (ShardHead head in item.Heads)
        {
            byte[] value = HeadRow.Encode(_context.Writer, head);
            if (!_rows.TryGet(HeadKey(head), out ReadOnlySpan<byte> before) || !before.SequenceEqual(value)) _rows.Put(HeadKey(head), value);
        }
        byte[] leaf = item.EncodeLeaf();
        _leaves.Add(new TreeLeaf(leaf, TreeHash.Leaf(leaf)));
        _items.Add(item);
        return null;
    }

    /// <summary>Takes a stop sign, which must be alone and name the height at which the next configuration was decided.</summary>
    public Fault? Take(StopItem item)
    {
        if (_items.Count > 0) return new Fault(FaultCode.ItemMisplaced, "A stop sign is alone in its block.");
        if (_context.Directory.Configuration(_parent.Config + 1) is not { } next || next.DecidedHeight != item.DirectoryHeight)
            return new Fault(FaultCode.StopUnfit, $"Configuration {_parent.Config + 1} was not decided at height {item.DirectoryHeight} of the directory, as far as the block knows it.");
        _next = next;
        _items.Add(item);
        return null;
    }

    /// <summary>Ends the block: tree, digests, header.</summary>
    public ExecutedBlock Finish(long directoryHeight, Hash32? stateRoot)
    {
        if (_remembered != _rememberedBefore) _rows.Put(RowKey.Of(Table.StatementCount), Counters.Encode(_remembered));
        CompactRange tree = _parent.Tree.Clone();
        Hash32[] hashes = new Hash32[_leaves.Count];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = _leaves[i].Hash;
        tree.Append(hashes);
        IReadOnlyList<RowChange> changes = _rows.Changes();
        ImmutableArray<BlockItem> items = _items.ToImmutable();
        BlockHeader header = new()
        {
            Network = _parent.Network,
            Config = _parent.Config,
            Shard = _parent.Shard,
            Height = _parent.Height + 1,
            Parent = _parent.Hash,
            DirectoryHeight = directoryHeight,
            TreeSize = (long)tree.Size,
            TreeRoot = tree.Root(),
            BodyRoot = Block.ComputeBodyRoot(items),
            StateDigest = StateChain.Next(_parent.StateDigest, StateChain.EncodeChanges(changes)),
            StateRoot = stateRoot,
            Time = _context.Time,
        };
        return new ExecutedBlock
        {
            Header = header,
            Items = items,
            Outcomes = _outcomes,
            Leaves = _leaves,
            FirstLeaf = (long)_parent.Tree.Size,
            Changes = changes,
            Rows = _rows,
            Next = _parent with
            {
                Config = _next is null ? _parent.Config : _parent.Config + 1,
                RulesVersion = _next?.RulesVersion ?? _parent.RulesVersion,
                Height = header.Height,
                Hash = header.ComputeHash(),
                Time = header.Time,
                DirectoryHeight = directoryHeight,
                Tree = tree,
                StateDigest = header.StateDigest,
            },
        };
    }

    private static RowKey HeadKey(ShardHead head) => RowKey.Of(Table.Head).Add((ushort)head.Shard);

    private void Decide(Submission submission, in Signer signer, long statementLeaf)
    {
        ReadOnlySpan<Event> events = submission.Events.AsSpan();
        for (int i = 0; i < events.Length; i++)
        {
            _context.Leaf = statementLeaf + 1 + i;
            _outcomes.Add(_rules.Apply(events[i], signer, _context));
        }
    }

    /// <summary>
    /// One refusal refuses all: what broke a rule keeps its reason, the others say that it was not they. A denial does not refuse the others; but it
    /// is taken back with them, its reason too, or one could ask for consents without standing in the patient's log.
    /// </summary>
    private void Settle(int first)
    {
        bool refused = false;
        for (int i = first; i < _outcomes.Count; i++) refused |= _outcomes[i].Kind == OutcomeKind.Refused;
        if (!refused)
        {
            _rows.Unmark();
            return;
        }
        _rows.Rollback();
        for (int i = first; i < _outcomes.Count; i++)
            if (_outcomes[i].Kind != OutcomeKind.Refused) _outcomes[i] = Outcome.Refused(FaultCode.AtomicRefused);
    }

    private void AddEntries(Submission submission, int first)
    {
        ReadOnlySpan<Event> events = submission.Events.AsSpan();
        int[] ends = new int[events.Length];
        _entries.Reset();
        for (int i = 0; i < events.Length; i++)
        {
            _outcome.Reset();
            _outcomes[first + i].Write(_outcome);
            Leaf.WriteEntry(_entries, events[i].Hash, _outcome.WrittenSpan);
            ends[i] = _entries.Length;
        }
        byte[] bytes = _entries.ToArray();
        Hash32[] hashes = new Hash32[events.Length];
        TreeHash.HashLeaves(bytes, ends, hashes);
        for (int i = 0, start = 0; i < ends.Length; start = ends[i++]) _leaves.Add(new TreeLeaf(bytes.AsMemory(start, ends[i] - start), hashes[i]));
    }

    /// <summary>Statements that have expired need not be remembered: they are refused for that.</summary>
    private void Forget()
    {
        List<Row> expired = [];
        RowKey table = RowKey.Of(Table.StatementExpiry);
        foreach (Row row in _rows.Scan(table.ToArray()))
        {
            if (BinaryPrimitives.ReadInt64BigEndian(row.Key.Span[1..]) >= _context.Time || expired.Count == RuleLimits.StatementsForgotten) break;
            expired.Add(row);
        }
        foreach (Row row in expired)
        {
            Hash32 id = new(row.Key.Span[(1 + sizeof(long))..]);
            _rows.Remove(RowKey.Of(Table.StatementExpiry).Add(BinaryPrimitives.ReadInt64BigEndian(row.Key.Span[1..])).Add(id));
            _rows.Remove(RowKey.Of(Table.Statement).Add(id));
        }
        _remembered -= expired.Count;
    }

    private void Remember(Statement statement, long leaf)
    {
        StatementRow row = new(statement.NotAfter, leaf, _parent.Height + 1, statement.Count);
        _rows.Put(RowKey.Of(Table.Statement, statement.Id), row.Encode(_context.Writer));
        _rows.Put(RowKey.Of(Table.StatementExpiry).Add(statement.NotAfter).Add(statement.Id), []);
        _remembered++;
    }

    /// <summary>Uses up a seq, whatever the outcomes; false while there is no such identity, whose inception may be in this very statement.</summary>
    private bool PutSequence(Statement statement, in Signer signer)
    {
        if (statement.Seq is not { } seq) return true;
        if (!_rows.Contains(RowKey.Of(Table.Identity, signer.Issuer))) return false;
        _rows.Put(RowKey.Of(Table.Sequence, signer.Issuer), Counters.Encode(seq));
        return true;
    }
}
