using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Sharding;

/// <summary>The leaves that a block added to its shard's tree, from its record, without the rules.</summary>
internal static class BlockLeaves
{
    /// <summary>The leaf hashes in order: one hash an entry.</summary>
    public static Hash32[] Hashes(BlockRecord record)
    {
        Hash32[] hashes = new Hash32[record.Block.LeafCount];
        Outcome[] outcomes = record.Outcomes();
        CborWriter writer = new(128);
        int next = 0, entry = 0;
        foreach (BlockItem item in record.Block.Items)
        {
            switch (item)
            {
                case SubmissionItem { Submission: var submission }:
                    hashes[next++] = submission.Statement.LeafHash;
                    foreach (ref readonly Event each in submission.Events.AsSpan()) hashes[next++] = EntryHash(writer, each.Hash, outcomes[entry++]);
                    break;
                case ErasedItem erased:
                    hashes[next++] = erased.Statement.LeafHash;
                    foreach (StoredEvent each in erased.Events) hashes[next++] = EntryHash(writer, each.Hash, outcomes[entry++]);
                    break;
                case CheckpointItem checkpoint:
                    hashes[next++] = TreeHash.Leaf(checkpoint.EncodeLeaf());
                    break;
            }
        }
        return hashes;
    }

    private static Hash32 EntryHash(CborWriter writer, Hash32 eventHash, in Outcome outcome)
    {
        writer.Reset();
        outcome.Write(writer);
        return Leaf.EntryHash(eventHash, writer.WrittenSpan);
    }
}
