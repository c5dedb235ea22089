using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Rules.Views;

namespace HealthLedger.Actors.Reading;

/// <summary>
/// What a member's own replica shows to that member's actors: committed things only, checked when they are read. Safe for several threads.
/// </summary>
public interface ILedgerReader
{
    /// <summary>The network's genesis.</summary>
    GenesisFile Genesis { get; }

    /// <summary>The rows of a shard as of its newest committed block.</summary>
    LedgerView View(int shard);

    /// <summary>The newest committed block of a shard.</summary>
    LedgerTip Tip(int shard);

    /// <summary>The grants that a committed block made, and the hash of its header; null where the block is not here (yet).</summary>
    CommittedGrants? Grants(int shard, long height);

    /// <summary>The event at a leaf, with what was decided on it; a fault where that leaf is none, or the block is damaged and not healed yet.</summary>
    Result<CommittedEntry> Entry(int shard, long leaf);

    /// <summary>A vault object; a fault where it is erased, unknown, or damaged and not healed yet. Altered bytes are never returned.</summary>
    Result<ReadOnlyMemory<byte>> Object(Hash32 name);

    /// <summary>Where a statement was committed; null where this replica does not know it (yet).</summary>
    CommittedStatement? Find(int shard, Hash32 statementId);

    /// <summary>The encoded receipt of the event at a leaf.</summary>
    Result<ReadOnlyMemory<byte>> Receipt(int shard, long leaf);
}
