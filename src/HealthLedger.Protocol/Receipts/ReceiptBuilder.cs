using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Receipts;

/// <summary>Makes the receipts of one statement from what a replica has: its tree, headers and certificate. What it makes is not verified.</summary>
/// <param name="statement">The statement.</param>
/// <param name="events">All of its events, or the hashes of those whose bytes are gone, in order.</param>
/// <param name="signer">The key that signed it.</param>
/// <param name="statementLeaf">The statement's leaf index.</param>
/// <param name="headers">The block's parent, the block's own, and on to the one that <paramref name="certificate"/> certifies.</param>
/// <param name="certificate">A commit certificate.</param>
/// <param name="tree">The shard's tree; at least as large as the last header says.</param>
public sealed class ReceiptBuilder(
    Statement statement, ImmutableArray<StoredEvent> events, PublicKey signer, long statementLeaf, ImmutableArray<BlockHeader> headers, Certificate certificate, INodeReader tree)
{
    private readonly MemoryTree _eventTree = new([.. events.Select(e => e.Hash)]);
    private readonly ImmutableArray<Hash32> _statementPath = [.. TreeProof.Inclusion(tree, (ulong)statementLeaf, (ulong)headers[^1].TreeSize)];

    /// <summary>The proofs of the configurations from 1 to the certificate's; none where that is 0.</summary>
    public ImmutableArray<ConfigurationProof> Configurations { get; init; } = [];

    /// <summary>For a submission whose events are all here.</summary>
    public ReceiptBuilder(Submission submission, PublicKey signer, long statementLeaf, ImmutableArray<BlockHeader> headers, Certificate certificate, INodeReader tree)
        : this(submission.Statement, [.. submission.Events.Select(StoredEvent.Of)], signer, statementLeaf, headers, certificate, tree)
    {
    }

    /// <summary>The receipt of one event: one read of the tree, at most log2 n hashes.</summary>
    /// <param name="index">The event's place in the statement.</param>
    /// <param name="outcome">What the rules decided.</param>
    /// <param name="withhold">True to give the event's hash instead of its bytes.</param>
    public Receipt Build(int index, Outcome outcome, bool withhold = false) => new()
    {
        Statement = statement,
        Index = index,
        Event = withhold ? StoredEvent.Erased(events[index].Hash) : events[index],
        Outcome = outcome,
        EventsPath = [.. _eventTree.Inclusion((ulong)index)],
        StatementLeaf = statementLeaf,
        StatementPath = _statementPath,
        EntryPath = [.. TreeProof.Inclusion(tree, (ulong)(statementLeaf + 1 + index), (ulong)headers[^1].TreeSize)],
        Headers = headers,
        Certificate = certificate,
        Configurations = Configurations,
        Signer = signer,
    };
}
