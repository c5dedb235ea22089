using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Blocks;

public class BlockTests
{
    private static readonly GenesisFile Genesis = Samples.Genesis(1);
    private static readonly ShardHead Head1 = new(1, 4, Samples.Hash(1), 9, Samples.Hash(2)), Head2 = Head1 with { Shard = 2 };

    private static BlockHeader Header(ImmutableArray<BlockItem> items, int shard = 0) => Genesis.HeaderOf(shard) with { Height = 1, BodyRoot = Block.ComputeBodyRoot(items) };

    private static Result<Block> Make(int shard, params ImmutableArray<BlockItem> items) => Block.Create(Header(items, shard), items);

    [Fact]
    public void A_block_reads_back_and_fits_its_header()
    {
        Block built = Make(0, new SubmissionItem(Samples.Submission(3)), new SubmissionItem(Samples.Submission(1, salt: 2)), new CheckpointItem([Head1, Head2])).Value;
        Block read = Block.Decode(built.Bytes).Value;
        read.CheckBody().Should().BeNull();
        (read.Hash, read.StatementCount, read.EntryCount, read.LeafCount).Should().Be((built.Hash, 2, 4, 7));
        read.Header.Should().Be(built.Header);
        Block.Create(read.Header, read.Items).Value.Bytes.ToArray().Should().Equal(built.Bytes.ToArray());
        Block empty = Make(1).Value;
        Block.Decode(empty.Bytes).Value.CheckBody().Should().BeNull("an empty block may stand above a stop sign");
        Block stop = Make(1, new StopItem(7)).Value;
        (stop.LeafCount, Block.Decode(stop.Bytes).Value.Items.Single()).Should().Be((0, new StopItem(7)));
    }

    [Fact]
    public void An_erased_body_keeps_its_root_and_is_never_proposed()
    {
        Submission submission = Samples.Submission(3);
        Block whole = Make(1, new SubmissionItem(submission)).Value;
        ErasedItem erased = new(submission.Statement, [StoredEvent.Of(submission.Events[0]), StoredEvent.Erased(submission.Events[1].Hash), StoredEvent.Of(submission.Events[2])]);
        Block stored = Block.Create(whole.Header, [erased]).Value;
        (stored.Hash, stored.LeafCount).Should().Be((whole.Hash, whole.LeafCount));
        Block.DecodeStored(stored.Bytes).Value.CheckBody().Should().BeNull();
        Block.DecodeStored(whole.Bytes).Value.CheckBody().Should().BeNull();
        Block.Decode(stored.Bytes).IsOk.Should().BeFalse();
        Block.Create(whole.Header, [new ErasedItem(submission.Statement, [.. submission.Events.Select(StoredEvent.Of)])]).Fault.Code.Should().Be(FaultCode.CborNotCanonical);
        Block.Create(whole.Header, [erased with { Events = erased.Events.SetItem(1, StoredEvent.Erased(Samples.Hash(9))) }]).Value.CheckBody().Should().NotBeNull();
    }

    [Fact]
    public void A_body_that_the_header_does_not_name_is_refused()
    {
        BlockItem one = new SubmissionItem(Samples.Submission(2)), other = new SubmissionItem(Samples.Submission(2, salt: 2));
        Block.Create(Header([one]), [other]).Value.CheckBody().Should().NotBeNull();
        Block.Create(Header([one, other]), [other, one]).Value.CheckBody().Should().NotBeNull();
        Block.Create(Header([one]), []).Value.CheckBody().Should().NotBeNull();
    }

    [Fact]
    public void Items_stand_only_where_they_may()
    {
        BlockItem submission = new SubmissionItem(Samples.Submission(1));
        Make(1, new CheckpointItem([Head1])).IsOk.Should().BeFalse("a checkpoint is shard 0's");
        Make(0, new CheckpointItem([Head1]), submission).IsOk.Should().BeFalse("a checkpoint is last");
        Make(0, new CheckpointItem([Head1]), new CheckpointItem([Head1])).IsOk.Should().BeFalse("there is one checkpoint");
        Make(0, new CheckpointItem([Head2])).IsOk.Should().BeFalse("a shard is missing");
        Make(0, new CheckpointItem([Head2, Head1])).IsOk.Should().BeFalse("heads ascend");
        Make(1, new StopItem(1), submission).IsOk.Should().BeFalse("a stop sign is alone");
        foreach (string items in (string[])["8183f6", "81820102", "81830001", "81820400", "8180", "818101", "82820201820201", "f6", "a0", "9f"])
            Block.Decode(Raw(Convert.FromHexString(items))).IsOk.Should().BeFalse(items);
        Block.Decode(Raw([0x80])).IsOk.Should().BeTrue();
    }

    [Fact]
    public void Blocks_are_bounded()
    {
        BlockItem small = new SubmissionItem(Samples.Submission(1, fields: 0)), wide = new SubmissionItem(Samples.Submission(1024, fields: 0)), heavy = new SubmissionItem(Samples.Submission(1024, fields: 20));
        Make(1, [.. Enumerable.Repeat(small, BlockLimits.StatementsMax)]).IsOk.Should().BeTrue();
        Make(1, [.. Enumerable.Repeat(small, BlockLimits.StatementsMax + 1)]).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Make(1, [.. Enumerable.Repeat(wide, 16)]).Value.EntryCount.Should().Be(BlockLimits.EntriesMax);
        Make(1, [.. Enumerable.Repeat(wide, 17)]).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Make(1, [.. Enumerable.Repeat(heavy, 6)]).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Block.Decode(new byte[BlockLimits.BytesMax + 1]).Fault.Code.Should().Be(FaultCode.FormatLimit);
    }

    [Fact]
    public void A_block_cut_short_or_changed_anywhere_is_refused_or_another_block()
    {
        Block block = Make(1, new SubmissionItem(Samples.Submission(2))).Value;
        byte[] bytes = block.Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++) Block.Decode(bytes.AsMemory(0, length)).IsOk.Should().BeFalse();
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            bool same = Block.Decode(bytes.ToArray()).TryGet(out Block? read, out _) && read.Hash == block.Hash && read.CheckBody() is null;
            same.Should().BeFalse($"bit {bit % 8} of byte {bit / 8} was changed");
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    private static byte[] Raw(byte[] items)
    {
        byte[] header = Header([], shard: 1).Encode();
        return [0x82, 0x58, checked((byte)header.Length), .. header, .. items];
    }
}
