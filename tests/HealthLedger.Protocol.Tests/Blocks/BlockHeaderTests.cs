using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Blocks;

public class BlockHeaderTests
{
    private static BlockHeader Header(int seed, bool withState)
    {
        System.Random random = new(seed);
        return new BlockHeader
        {
            Network = Samples.Network,
            Config = random.Next(),
            Shard = random.Next(1025),
            Height = random.NextInt64(FormatItems.IntegerMax),
            Parent = Samples.Hash(random.Next()),
            DirectoryHeight = random.NextInt64(1 << random.Next(1, 30)),
            TreeSize = 1 + random.NextInt64(FormatItems.IntegerMax),
            TreeRoot = Samples.Hash(random.Next()),
            BodyRoot = Samples.Hash(random.Next()),
            StateDigest = Samples.Hash(random.Next()),
            StateRoot = withState ? Samples.Hash(random.Next()) : null,
            Time = random.NextInt64(FormatItems.TimeMax + 1),
        };
    }

    [Fact]
    public void A_header_reads_back_and_has_one_encoding() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<bool>(), (seed, withState) =>
    {
        BlockHeader header = Header(seed, withState);
        byte[] bytes = header.Encode();
        bytes.Length.Should().BeLessThanOrEqualTo(BlockLimits.HeaderBytesMax);
        BlockHeader.Decode(bytes).Value.Should().Be(header);
        header.ComputeHash().Should().Be(BlockHeader.HashOf(bytes));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_changed_bit_is_refused_or_gives_another_header_whose_encoding_it_is()
    {
        BlockHeader header = Header(1, withState: true);
        byte[] bytes = header.Encode();
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            if (BlockHeader.Decode(bytes).TryGet(out BlockHeader? read, out _))
            {
                read.Should().NotBe(header);
                read.Encode().Should().Equal(bytes);
            }
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
        for (int length = 0; length < bytes.Length; length++) BlockHeader.Decode(bytes.AsSpan(0, length)).IsOk.Should().BeFalse();
        BlockHeader.Decode([.. bytes, 0]).IsOk.Should().BeFalse();
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        BlockHeader header = Header(2, withState: false);
        BlockHeader.Decode((header with { TreeSize = 0 }).Encode()).IsOk.Should().BeFalse();
        BlockHeader.Decode((header with { Shard = 1025 }).Encode()).IsOk.Should().BeFalse();
        BlockHeader.Decode((header with { Time = FormatItems.TimeMax + 1 }).Encode()).IsOk.Should().BeFalse();
        BlockHeader.Decode((header with { Height = FormatItems.IntegerMax + 1 }).Encode()).IsOk.Should().BeFalse();
        BlockHeader.Decode((header with { Network = "No" }).Encode()).IsOk.Should().BeFalse();
    }

    [Fact]
    public void Leaves_are_told_apart_by_their_first_byte()
    {
        Leaf.KindOf(Samples.Submission(1).Statement.Bytes.Span).Should().Be(LeafKind.Statement);
        Leaf.KindOf(Leaf.EncodeGenesis(Samples.Hash(1), 3)).Should().Be(LeafKind.Genesis);
        Leaf.KindOf(Leaf.EncodeCheckpoint(4, Samples.Hash(1))).Should().Be(LeafKind.Checkpoint);
        Leaf.KindOf([]).Should().Be(LeafKind.Unknown);
        Leaf.KindOf([0x80]).Should().Be(LeafKind.Unknown);
        Leaf.DecodeGenesis(Leaf.EncodeGenesis(Samples.Hash(1), 3)).Value.Should().Be((Samples.Hash(1), 3));
        Leaf.DecodeCheckpoint(Leaf.EncodeCheckpoint(4, Samples.Hash(1))).Value.Should().Be((4, Samples.Hash(1)));
        CborWriter writer = new();
        Leaf.WriteEntry(writer, Samples.Hash(1), [0xa1, 0x01, 0x00]);
        byte[] entry = writer.ToArray();
        Leaf.KindOf(entry).Should().Be(LeafKind.Entry);
        Leaf.EntryHash(Samples.Hash(1), [0xa1, 0x01, 0x00]).Should().Be(TreeHash.Leaf(entry));
        (Hash32 hash, ReadOnlyMemory<byte> outcome) = Leaf.DecodeEntry(entry).Value;
        (hash, Convert.ToHexString(outcome.Span)).Should().Be((Samples.Hash(1), "A10100"));
        foreach (byte[] leaf in (byte[][])[entry, Leaf.EncodeGenesis(Samples.Hash(1), 3), Leaf.EncodeCheckpoint(4, Samples.Hash(1))])
        {
            for (int length = 0; length < leaf.Length; length++)
                (Leaf.DecodeEntry(leaf.AsMemory(0, length)).IsOk || Leaf.DecodeGenesis(leaf.AsSpan(0, length)).IsOk || Leaf.DecodeCheckpoint(leaf.AsSpan(0, length)).IsOk).Should().BeFalse();
        }
    }

    [Fact]
    public void The_state_digest_hangs_on_every_change_and_on_their_order()
    {
        RowChange a = new(new byte[] { 1 }, new byte[] { 2 }), b = new(new byte[] { 1 }, null);
        Hash32 start = StateChain.Genesis(Samples.Hash(1), 0);
        start.Should().NotBe(StateChain.Genesis(Samples.Hash(1), 1));
        Hash32[] digests = [.. new RowChange[][] { [], [a], [b], [a, b], [b, a] }.Select(changes => StateChain.Next(start, StateChain.EncodeChanges(changes)))];
        digests.Should().OnlyHaveUniqueItems();
    }
}
