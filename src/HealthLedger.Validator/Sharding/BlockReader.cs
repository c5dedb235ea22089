using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Sharding;

/// <summary>Where the statements of a committed block stand, and what was decided on their events.</summary>
public static class BlockReader
{
    /// <summary>Each statement of a stored block, in order.</summary>
    public static IEnumerable<CommittedStatement> Statements(BlockRecord record, int shard) =>
        Statements(record.Block, record.Outcomes(), record.Block.Header.TreeSize - record.Block.LeafCount, shard);

    /// <summary>Each statement of a block that subscribers were told of, in order.</summary>
    public static IEnumerable<CommittedStatement> Statements(CommittedBlock block) => Statements(block.Block, block.Outcomes, block.FirstLeaf, block.Shard);

    private static IEnumerable<CommittedStatement> Statements(Block block, IReadOnlyList<Outcome> outcomes, long firstLeaf, int shard)
    {
        long leaf = firstLeaf;
        CborWriter writer = new(128);
        int next = 0;
        foreach (BlockItem item in block.Items)
        {
            Statement? statement = item switch
            {
                SubmissionItem { Submission: var submission } => submission.Statement,
                ErasedItem erased => erased.Statement,
                _ => null,
            };
            if (statement is not null)
            {
                ReadOnlyMemory<byte>[] encoded = new ReadOnlyMemory<byte>[item.EntryCount];
                for (int i = 0; i < encoded.Length; i++) encoded[i] = Encode(writer, outcomes[next++]);
                yield return new CommittedStatement(statement.Id, shard, block.Header.Height, block.Header.Time, leaf, encoded);
            }
            leaf += item.LeafCount;
        }
    }

    private static byte[] Encode(CborWriter writer, in Outcome outcome)
    {
        writer.Reset();
        outcome.Write(writer);
        return writer.ToArray();
    }
}
