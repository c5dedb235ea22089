using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Blocks;

public class BlockTests
{
    private static BlockHeader Header(params System.Collections.Immutable.ImmutableArray<BlockItem> items) =>
        Samples.Genesis(1).HeaderOf(0) with { Height = 1, BodyRoot = Block.ComputeBodyRoot(items) };

    [Fact]
    public void A_block_reads_back_and_fits_its_header()
    {
        BlockItem[] items = [new SubmissionItem(Samples.Submission(3)), new SubmissionItem(Samples.Submission(1, salt: 2)), new CheckpointItem([new ShardHead(1, 4, Samples.Hash(1), 9, Samples.Hash(2))])];
        Block built = Block.Create(Header([.. items]), [.. items]).Value;
        Block read = Block.Decode(built.Bytes).Value;
        read.CheckBody().Should().BeNull();
        (read.Hash, read.StatementCount, read.EntryCount, read.LeafCount).Should().Be((built.Hash, 2, 4, 7));
        read.Header.Should().Be(built.Header);
        Block.Create(read.Header, read.Items).Value.Bytes.ToArray().Should().Equal(built.Bytes.ToArray());
    }
}
