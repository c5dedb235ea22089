using System.Collections.Immutable;
using HealthLedger.Consensus.Effects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;
using HealthLedger.Storage.Trees;
using HealthLedger.Validator.Sharding;
using StoredBlock = HealthLedger.Storage.Blocks.StoredBlock;

namespace HealthLedger.Validator;

/// <content>Questions about the committed ledger, answered from the own disk.</content>
public sealed partial class Replica
{
    /// <summary>A shard's rows after its last committed block, which go on changing, and that block's height and time.</summary>
    public ShardView View(int shard)
    {
        ShardTip tip = TipOf(shard);
        return new ShardView(new LedgerView(_core.Store.State((uint)shard)), tip.Info.Height, tip.Info.Time);
    }

    /// <summary>Shard 0's organizations and keys.</summary>
    public DirectoryView Directory => _core.Directory.View;

    /// <summary>Where a statement was committed; null while it is not, or once it has expired and is no longer remembered.</summary>
    public CommittedStatement? Find(int shard, Hash32 statementId)
    {
        if (View(shard).Ledger.StatementById(statementId) is not { } row) return null;
        if (Record(shard, row.Height) is not { } record) return null;
        return BlockReader.Statements(record, shard).FirstOrDefault(statement => statement.StatementId == statementId);
    }

    /// <summary>A committed block with its outcomes; null above the head, or where the own copy is damaged, which is then healed.</summary>
    public BlockRecord? Record(int shard, long height) =>
        height > 0 && _core.Store.Blocks.TryRead((uint)shard, (ulong)height) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) ? record : null;

    /// <summary>The committed block that added a leaf, with its height; null where the tree is not that large, or the block is still being fetched.</summary>
    public BlockRecord? RecordOfLeaf(int shard, long leaf) =>
        leaf > 0 && _core.Store.Blocks.FindLeaf((uint)shard, (ulong)leaf) is { } place && Record(shard, (long)place.Height) is { } record
            && leaf >= record.Block.Header.TreeSize - record.Block.LeafCount ? record : null;

    /// <summary>
    /// The receipt of the entry at a leaf of a block of <see cref="RecordOfLeaf"/>, with the proofs of its certificate's configuration: it is checked with the
    /// genesis file alone (FORMATS.md section 5).
    /// </summary>
    public Result<Receipt> Receipt(int shard, BlockRecord record, Outcome[] outcomes, long leaf) =>
        _core.Receipts.Build(shard, record, outcomes, leaf, TipOf(shard).Info.Height, Book.History.ProofsTo);

    /// <summary>A committed header; height 0 is the genesis's.</summary>
    public BlockHeader? HeaderAt(int shard, long height) => height == 0 ? Genesis.HeaderOf(shard) : Record(shard, height)?.Block.Header;

    /// <summary>The shard's tree: proofs and tiles.</summary>
    public TreeStore Tree(int shard) => _core.Store.Tree((uint)shard);

    /// <summary>A vault object; null where it is missing here. What it may be given out for, the caller has decided.</summary>
    public ReadOnlyMemory<byte>? GetObject(Hash32 name) => _core.Objects.TryGet(name);

    /// <summary>Brings an object that is missing or damaged here from another member; false when nobody gave it.</summary>
    public Task<bool> FetchObjectAsync(Hash32 name) => _core.Objects.TryGet(name) is not null ? Task.FromResult(true) : _core.FetchObjectAsync(name);

    /// <summary>True where the object is on this disk.</summary>
    public bool HasObject(Hash32 name) => _core.Objects.Has(name);

    /// <summary>
    /// A COSE receipt [RFC 9942] for a committed leaf: this replica's word, one signature over the root of the committed tree. Null where the leaf is not
    /// committed, or is the genesis's own, or the member has no key that was ever decided.
    /// </summary>
    public byte[]? CoseReceipt(int shard, long leaf)
    {
        ShardHead head = TipOf(shard).Head;
        if (leaf < 1 || leaf >= head.TreeSize) return null;
        Hash32[] path = Tree(shard).InclusionPath((ulong)leaf, (ulong)head.TreeSize);
        for (int config = Book.Newest.Number; config >= 0; config--)
            if (_core.Keys.For(config) is { } signer && Book.TryGet(config)!.Members[Book.IndexOf(config, MemberId)] is var member)
                return Protocol.Receipts.CoseReceipt.Sign(signer, Genesis.DidOf(member.Identity), shard, leaf, head.TreeSize, path, head.TreeRoot);
        return null;
    }

    /// <summary>The newest global checkpoint with a quorum of cosignatures, a C2SP signed note; null before the first.</summary>
    public string? Checkpoint => _core.Checkpoints.Newest;

    /// <summary>True when every shard knows what is committed and has it: before that, that something is not here says nothing.</summary>
    public bool IsLevel => _failure is null && _core.Shards.All(shard => shard.IsLevel);

    /// <summary>The folder in which the replica lives.</summary>
    public string Folder => _core.Options.Folder;

    /// <summary>How the replica fares.</summary>
    public ReplicaHealth Health
    {
        get
        {
            ImmutableArray<ShardHealth> shards = [.. _core.Shards.Select(loop => new ShardHealth(loop.Shard, loop.Standing.Mode, loop.Tip.Info.Height, loop.Standing.Leader, loop.Standing.Promised, loop.KnownHeight, loop.QueueLength))];
            Storage.Health.StoreHealth store = _core.Store.Health;
            return new ReplicaHealth(_failure, store.MayVote, store.Total, store.OpenCount, shards);
        }
    }
}

/// <summary>A shard's rows and the block they are of.</summary>
/// <param name="Ledger">Questions to the rows.</param>
/// <param name="Height">The committed height when asked.</param>
/// <param name="Time">That block's time, milliseconds since 1970.</param>
public sealed record ShardView(LedgerView Ledger, long Height, long Time);

/// <summary>How a replica fares.</summary>
/// <param name="Failure">Why it has ended; null while it lives.</param>
/// <param name="MayVote">False when both files of its vote log were lost.</param>
/// <param name="DamageFound">Findings since it was started.</param>
/// <param name="DamageOpen">Damaged places that wait to be healed.</param>
/// <param name="Shards">Each shard.</param>
public sealed record ReplicaHealth(Exception? Failure, bool MayVote, long DamageFound, int DamageOpen, ImmutableArray<ShardHealth> Shards)
{
    /// <summary>True when every shard votes.</summary>
    public bool IsVoting => Failure is null && Shards.All(shard => shard.Mode == ReplicaMode.Voting);
}

/// <summary>How one shard of a replica fares.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Mode">Whether it votes.</param>
/// <param name="Height">Its committed height.</param>
/// <param name="Leader">The member that leads, or is expected to.</param>
/// <param name="Epoch">The epoch promised or entered.</param>
/// <param name="KnownHeight">The highest height that is known to be certified.</param>
/// <param name="Queue">Messages of other members that wait.</param>
public sealed record ShardHealth(int Shard, ReplicaMode Mode, long Height, int Leader, Epoch Epoch, long KnownHeight, int Queue);
