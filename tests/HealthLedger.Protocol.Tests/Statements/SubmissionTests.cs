using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Tests.Statements;

public class SubmissionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(1024)]
    public void A_submission_reads_back_as_it_was_signed(int events)
    {
        Submission signed = Samples.Submission(events, seq: 5, atomic: true);
        byte[] bytes = signed.Encode();
        bytes.Length.Should().Be(signed.Length);
        Submission read = Submission.Decode(bytes).Value;
        read.CheckShape().Should().BeNull();
        read.CheckPlace(Samples.Network, Samples.Shards).Should().BeNull();
        using SigningKey key = Samples.Signer(7);
        read.Statement.Verify(key.Public).Should().BeTrue();
        read.Statement.Should().BeEquivalentTo(signed.Statement, o => o.Excluding(s => s.Bytes));
        (read.Statement.Seq, read.Statement.Atomic, read.Statement.Count, read.Statement.Issuer).Should().Be((5, true, events, Samples.Did(7)));
        read.Events.Select(e => e.Hash).Should().Equal(signed.Events.Select(e => e.Hash));
        (read.Events[0].Type, read.Events[0].Subject, read.Events[0].Salt).Should().Be((300u, Samples.Did(1000), Samples.Id(10_000)));
        read.Events[0].Body.ToArray().Should().Equal(Samples.Body(3));
        read.Encode().Should().Equal(bytes);
    }

    [Fact]
    public void A_submission_cut_short_anywhere_is_refused()
    {
        byte[] bytes = Samples.Submission(2).Encode();
        for (int length = 0; length < bytes.Length; length++) Submission.Decode(bytes.AsMemory(0, length)).IsOk.Should().BeFalse();
    }

    [Fact]
    public void No_bit_of_a_submission_can_change_unnoticed()
    {
        byte[] bytes = Samples.Submission(2, seq: 1, atomic: true).Encode();
        using SigningKey key = Samples.Signer(7);
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            bool accepted = Submission.Decode(changed).TryGet(out Submission? read, out _) && read.CheckShape() is null && read.Statement.Verify(key.Public);
            accepted.Should().BeFalse($"bit {bit % 8} of byte {bit / 8} was changed");
        }
    }
}
