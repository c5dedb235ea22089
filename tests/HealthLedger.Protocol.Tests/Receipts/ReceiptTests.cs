using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Tests.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Tests.Receipts;

public class ReceiptTests
{
    private static readonly SmallLedger Ledger = new();

    public static TheoryData<int, int, bool> Kinds => new() { { 0, 0, false }, { 0, 1, false }, { 0, 2, true }, { 1, 1, false }, { 2, 0, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_receipt_is_checked_with_the_genesis_alone(int submission, int index, bool withhold)
    {
        Receipt built = Ledger.Receipt(submission, index, withhold);
        byte[] bytes = built.Encode();
        ReceiptFacts facts = ReceiptVerifier.Verify(bytes, GenesisFile.Decode(Ledger.Genesis.Bytes).Value).Value;
        (facts.Network, facts.Shard, facts.Height, facts.CertifiedHeight).Should().Be((Samples.Network, Ledger.Shard, submission + 1, 3));
        facts.Block.Should().Be(Ledger.Blocks[submission].Hash);
        facts.Time.Should().Be(Samples.Time + 1000 * (submission + 1));
        facts.LeafIndex.Should().Be(Ledger.StatementLeaves[submission] + 1 + index);
        facts.Outcome.Should().Be(SmallLedger.OutcomeOf(index));
        facts.Issuer.Should().Be(Samples.Did(7));
        facts.Voters.Should().Equal(0, 1, 2);
        facts.Event.Hash.Should().Be(Ledger.Submissions[submission].Events[index].Hash);
        (facts.Event.Event is null).Should().Be(withhold);
        Receipt.Decode(bytes).Value.Encode().Should().Equal(bytes);
    }

    [Theory]
    [InlineData(1, 2, 0, true, 8)]
    [InlineData(4, 2, 0, true, 2)]
    [InlineData(4, 0, 2, false, 1)]
    [InlineData(4, 1, 1, false, 1)]
    public void No_bit_of_a_receipt_can_change_unnoticed(int members, int submission, int index, bool withhold, int bitsOfEachByte)
    {
        SmallLedger ledger = members == 4 ? Ledger : new SmallLedger(members);
        byte[] bytes = ledger.Receipt(submission, index, withhold).Encode();
        ReceiptVerifier.Verify(bytes, ledger.Genesis).IsOk.Should().BeTrue();
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < bitsOfEachByte; bit++)
            {
                byte mask = (byte)(1 << (i + bit) % 8);
                bytes[i] ^= mask;
                if (ReceiptVerifier.Verify(bytes, ledger.Genesis).IsOk) Assert.Fail($"Byte {i} was changed by {mask:x2}.");
                bytes[i] ^= mask;
            }
        }
    }

    [Fact]
    public void No_byte_of_a_receipts_structure_can_become_any_other_unnoticed()
    {
        byte[] bytes = Ledger.Receipt(2, 0, withhold: true).Encode();
        Receipt receipt = Receipt.Decode(bytes).Value;
        int behindStatement = 30 + receipt.Statement.Bytes.Length;
        // Around the fields that a forger would try first; bit flips cover the rest.
        foreach (int i in Enumerable.Range(0, 30).Concat(Enumerable.Range(behindStatement, 60)))
        {
            byte was = bytes[i];
            for (int delta = 1; delta < 256; delta++)
            {
                bytes[i] = (byte)(was + delta);
                if (ReceiptVerifier.Verify(bytes, Ledger.Genesis).IsOk) Assert.Fail($"Byte {i} became {bytes[i]:x2}.");
            }
            bytes[i] = was;
        }
    }

    [Fact]
    public void A_receipt_cut_short_or_with_bytes_behind_it_is_refused()
    {
        byte[] bytes = Ledger.Receipt(0, 1).Encode();
        for (int length = 0; length < bytes.Length; length++) Receipt.Decode(bytes.AsMemory(0, length)).IsOk.Should().BeFalse();
        Receipt.Decode((byte[])[.. bytes, 0]).IsOk.Should().BeFalse();
    }

    [Fact]
    public void A_later_block_cannot_pass_for_the_one_that_took_the_entry()
    {
        Receipt honest = Ledger.Receipt(0, 0);
        Fault(honest with { Headers = honest.Headers.RemoveAt(0) }).Should().StartWith("statementLeaf:");
        Receipt last = Ledger.Receipt(2, 0);
        Fault(last with { Headers = [.. Ledger.Headers] }).Should().StartWith("statementLeaf:");
    }

    [Fact]
    public void A_fault_says_where_the_receipt_broke()
    {
        Receipt honest = Ledger.Receipt(0, 1);
        BlockHeader own = honest.Headers[1];
        Fault(honest with { Signer = Samples.Signer(8).Public }).Should().StartWith("signer:");
        Fault(honest with { Index = 3 }).Should().StartWith("index:");
        Fault(honest with { Index = 2 }).Should().StartWith("eventsPath:");
        Fault(honest with { Outcome = Outcome.Applied }).Should().StartWith("entryPath:");
        Fault(honest with { StatementLeaf = honest.StatementLeaf - 1 }).Should().StartWith("statementLeaf:");
        Fault(honest with { StatementPath = honest.EntryPath }).Should().StartWith("statementPath:");
        Fault(honest with { Headers = honest.Headers.SetItem(1, own with { Time = own.Time + 1 }) }).Should().StartWith("headers[2]:");
        Fault(honest with { Headers = honest.Headers.SetItem(0, honest.Headers[0] with { Time = 1 }) }).Should().StartWith("headers[0]:");
        Fault(honest with { Headers = honest.Headers.RemoveAt(2) }).Should().StartWith("headers[2]:");
        Fault(honest with { Certificate = Ledger.Certify(own) }).Should().StartWith("certificate:");
        Fault(honest with { Certificate = Ledger.Certify(honest.Headers[^1], VoteKind.Prepare) }).Should().StartWith("certificate:");
        byte[] bytes = honest.Encode();
        bytes[^1] ^= 1;
        ReceiptVerifier.Verify(bytes, Ledger.Genesis).Fault.Message.Should().StartWith("signer:");
        bytes = honest.Encode();
        bytes[5] ^= 1;
        ReceiptVerifier.Verify(bytes, Ledger.Genesis).Fault.Message.Should().StartWith("version:");
    }

    [Fact]
    public void A_certificate_needs_exactly_the_quorum_of_distinct_members()
    {
        Receipt honest = Ledger.Receipt(0, 0);
        Certificate certificate = honest.Certificate;
        Fault(honest with { Certificate = new Certificate(certificate.Vote, certificate.Proofs[..2]) }).Should().StartWith("certificate:");
        Fault(honest with { Certificate = new Certificate(certificate.Vote, [certificate.Proofs[0], certificate.Proofs[0], certificate.Proofs[1]]) }).Should().StartWith("certificate:");
        Fault(honest with { Certificate = new Certificate(certificate.Vote, [certificate.Proofs[0], certificate.Proofs[2], certificate.Proofs[1]]) }).Should().StartWith("certificate:");
        VoteProof stolen = certificate.Proofs[2] with { Member = 3 };
        Fault(honest with { Certificate = new Certificate(certificate.Vote, [.. certificate.Proofs[..2], stolen]) }).Should().StartWith("certificate:");
    }

    [Fact]
    public void A_receipt_of_another_network_is_refused()
    {
        GenesisFile other = new GenesisBuilder("other-net", Samples.Time, Samples.Shards)
            .Add(Member.Certify("other-net", "Alone", Samples.Signer(1), Samples.Signer(2).Public, Samples.Signer(3).Public, Samples.Sealer(4).Public, "localhost"))
            .Build(Samples.Signer(1)).Value;
        ReceiptVerifier.Verify(Ledger.Receipt(0, 0).Encode(), other).Fault.Message.Should().StartWith("statement:");
        ReceiptVerifier.Verify(Ledger.Receipt(0, 0).Encode(), new SmallLedger(3).Genesis).Fault.Message.Should().StartWith("headers[0]:");
    }

    private static string Fault(Receipt receipt) => ReceiptVerifier.Verify(receipt, Ledger.Genesis).Fault.Message;
}
