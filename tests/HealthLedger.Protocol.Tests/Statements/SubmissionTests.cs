using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
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

    [Fact]
    public void Events_that_the_statement_does_not_cover_are_refused()
    {
        Submission three = Samples.Submission(3), other = Samples.Submission(3, salt: 2);
        With(three, [.. three.Events[..2]]).CheckShape().Should().NotBeNull("one is missing");
        With(three, [.. three.Events, other.Events[0]]).CheckShape().Should().NotBeNull("one is too many");
        With(three, [three.Events[1], three.Events[0], three.Events[2]]).CheckShape().Should().NotBeNull("they are in another order");
        With(three, [three.Events[0], three.Events[1], other.Events[2]]).CheckShape().Should().NotBeNull("one is another's");
        With(three, [.. three.Events]).CheckShape().Should().BeNull();
    }

    [Fact]
    public void A_submission_of_another_network_or_shard_is_refused()
    {
        Submission submission = Samples.Submission(2);
        submission.CheckPlace("another-net", Samples.Shards).Should().NotBeNull();
        submission.CheckPlace(Samples.Network, 1).Should().NotBeNull();
        using SigningKey key = Samples.Signer(7);
        string subject = Samples.Did(1000);
        SubmissionBuilder builder = new(Samples.Network, 1 + Shards.Of(subject, Samples.Shards) % Samples.Shards, Samples.Did(7));
        builder.Add(Samples.Event(1, subject)).Should().BeNull();
        builder.Sign(key, Samples.Time, Samples.Time, Samples.Id(1)).Value.CheckPlace(Samples.Network, Samples.Shards).Should().NotBeNull();
    }

    [Fact]
    public void A_builder_refuses_what_a_reader_would()
    {
        using SigningKey key = Samples.Signer(7);
        new SubmissionBuilder(Samples.Network, 1, Samples.Did(7)).Sign(key, 0, 0, default).IsOk.Should().BeFalse("it has no event");
        Sign(new SubmissionBuilder("Demo", 1, Samples.Did(7))).IsOk.Should().BeFalse();
        Sign(new SubmissionBuilder(Samples.Network, 1025, Samples.Did(7))).IsOk.Should().BeFalse();
        Sign(new SubmissionBuilder(Samples.Network, 1, "somebody")).IsOk.Should().BeFalse();
        Sign(new SubmissionBuilder(Samples.Network, 1, Samples.Did(7)) { Seq = -1 }).IsOk.Should().BeFalse();
        SubmissionBuilder full = new(Samples.Network, 1, Samples.Did(7));
        for (int i = 0; i < Statement.EventsMax; i++) full.Add(Samples.Event(i, fields: 0)).Should().BeNull();
        full.Add(Samples.Event(0)).Should().NotBeNull();
        full.Count.Should().Be(Statement.EventsMax);
        SubmissionBuilder heavy = new(Samples.Network, 1, Samples.Did(7));
        Event big = Event.Create(1, "subject", default, [0xa1, 0x01, 0x59, 0x7f, 0x00, .. new byte[0x7f00]]).Value;
        int taken = 0;
        while (heavy.Add(big) is null) taken++;
        taken.Should().Be(32);
        heavy.Sign(key, Samples.Time, Samples.Time, default).Value.Encode().Length.Should().BeLessThanOrEqualTo(Submission.BytesMax);

        Result<Submission> Sign(SubmissionBuilder builder)
        {
            builder.Add(Samples.Event(1));
            return builder.Sign(key, Samples.Time, Samples.Time, default);
        }
    }

    [Fact]
    public void Submissions_are_bounded()
    {
        Submission.Decode(new byte[Submission.BytesMax + 1]).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Submission one = Samples.Submission(1, fields: 0);
        Raw(one, Enumerable.Repeat(one.Events[0].Bytes.ToArray(), Statement.EventsMax + 1)).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Raw(one, []).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Raw(one, [new byte[Event.BytesMax + 1]]).Fault.Code.Should().Be(FaultCode.FormatLimit);
    }

    private static Submission With(Submission submission, Event[] events) => Raw(submission, events.Select(e => e.Bytes.ToArray())).Value;

    private static Result<Submission> Raw(Submission submission, IEnumerable<byte[]> events)
    {
        CborWriter writer = new();
        writer.WriteArrayStart(2);
        writer.WriteBytes(submission.Statement.Bytes.Span);
        byte[][] list = [.. events];
        writer.WriteArrayStart(list.Length);
        foreach (byte[] item in list) writer.WriteBytes(item);
        return Submission.Decode(writer.ToArray());
    }
}
