using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;
using HealthLedger.Storage;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Receipts;

/// <summary>Makes receipts of committed entries from the own disk. Safe for several threads.</summary>
internal sealed class ReceiptSource(ReplicaStore store, GenesisFile genesis)
{
    private const int HeadersMax = 63;

    /// <summary>A committed block with its outcomes; null where it is not here or cannot be read.</summary>
    public BlockRecord? Record(int shard, long height) =>
        height > 0 && store.Blocks.TryRead((uint)shard, (ulong)height) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) ? record : null;

    /// <summary>A committed header; height 0 is the genesis's; null where it cannot be read.</summary>
    public BlockHeader? HeaderAt(int shard, long height) => height == 0 ? genesis.HeaderOf(shard) : Record(shard, height)?.Block.Header;

    /// <summary>The first certificate at or above a height, with the headers from that height to the certified one; null where there is none within 63 blocks.</summary>
    public (ImmutableArray<BlockHeader> Headers, Certificate Certificate)? Certified(int shard, long height, long committed)
    {
        ImmutableArray<BlockHeader>.Builder headers = ImmutableArray.CreateBuilder<BlockHeader>();
        for (long at = height; at <= committed && headers.Count < HeadersMax; at++)
        {
            if (HeaderAt(shard, at) is not { } header) return null;
            headers.Add(header);
            if (store.Blocks.Certificate((uint)shard, (ulong)at) is { IsEmpty: false } bytes)
                return CertificateBytes.TryDecode(bytes) is { } certificate ? (headers.ToImmutable(), certificate) : null;
        }
        return null;
    }

    /// <summary>The receipt of the entry at a leaf.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="leaf">The entry's leaf.</param>
    /// <param name="committed">The shard's committed height.</param>
    /// <param name="configurations">What the receipt brings as proof of its certificate's configuration.</param>
    public Result<Receipt> Build(int shard, long leaf, long committed, ImmutableArray<ConfigurationProof> configurations)
    {
        if (leaf <= 0 || store.Blocks.FindLeaf((uint)shard, (ulong)leaf) is not { } place || Record(shard, (long)place.Height) is not { } record) return NotYet;
        return Build(shard, record, record.Outcomes(), leaf, committed, _ => configurations);
    }

    /// <summary>The receipt of an entry of a block that was read already.</summary>
    public Result<Receipt> Build(int shard, BlockRecord record, Outcome[] outcomes, long leaf, long committed, Func<int, ImmutableArray<ConfigurationProof>> configurationsTo)
    {
        (BlockItem? item, long statementLeaf, int firstOutcome) = Place(record, leaf);
        if (item is null || leaf == statementLeaf) return new Fault(FaultCode.NotFound, "There is no entry at that leaf.");
        long height = record.Block.Header.Height;
        if (HeaderAt(shard, height - 1) is not { } parent || Certified(shard, height, committed) is not { } certified) return NotYet;
        (Statement statement, ImmutableArray<StoredEvent> events) = item switch
        {
            SubmissionItem { Submission: var submission } => (submission.Statement, [.. submission.Events.Select(StoredEvent.Of)]),
            ErasedItem erased => (erased.Statement, erased.Events),
            _ => throw new InvalidOperationException("Only statements have entries."),
        };
        if (!SignerOf(shard, statement).TryGet(out PublicKey? signer, out Fault fault)) return fault;
        ReceiptBuilder builder = new(statement, events, signer, statementLeaf, [parent, .. certified.Headers], certified.Certificate, store.Tree((uint)shard).Nodes((ulong)certified.Headers[^1].TreeSize))
        {
            Configurations = configurationsTo(certified.Certificate.Epoch.Config),
        };
        int index = (int)(leaf - statementLeaf - 1);
        return builder.Build(index, outcomes[firstOutcome + index]);
    }

    /// <summary>The item whose leaves hold this one, the statement's own leaf, and the place of its first outcome; no item for a leaf that is no statement's.</summary>
    public static (BlockItem? Item, long StatementLeaf, int FirstOutcome) Place(BlockRecord record, long leaf)
    {
        long at = record.Block.Header.TreeSize - record.Block.LeafCount;
        int outcome = 0;
        foreach (BlockItem item in record.Block.Items)
        {
            if (leaf < at + item.LeafCount) return leaf >= at && item.StatementCount == 1 ? (item, at, outcome) : (null, at, outcome);
            at += item.LeafCount;
            outcome += item.EntryCount;
        }
        return (null, at, outcome);
    }

    // The issuer's own key, current or ended; in shard 0 also its identity key; under a patient's identity it may be that of an organization which was its steward then.
    private Result<PublicKey> SignerOf(int shard, Statement statement)
    {
        LedgerView directory = new(store.State(Shards.Directory)), own = new(store.State((uint)shard));
        Hash32 issuer = LedgerDid.Parse(statement.Issuer).Value.Id;
        if (shard == Shards.Directory && directory.Organization(issuer) is { } organization && organization.IdentityKeyId() == statement.KeyId)
            return PublicKey.FromSec1(organization.IdentityKey.Span);
        KeyRow? key = directory.Key(issuer, statement.KeyId) ?? own.Key(issuer, statement.KeyId)
            ?? directory.Organizations().Select(item => directory.Key(item.Did, statement.KeyId)).FirstOrDefault(found => found is not null);
        return key is null ? new Fault(FaultCode.SignerUnknown, "The key that signed is not in the directory.") : PublicKey.FromSec1(key.Sec1.Span);
    }

    private static Fault NotYet => new(FaultCode.Unavailable, "The block or its certificate is on its way here; ask again in a moment.");
}
