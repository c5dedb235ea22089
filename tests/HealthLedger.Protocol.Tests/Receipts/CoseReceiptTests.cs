using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Receipts;

public class CoseReceiptTests
{
    private static readonly SmallLedger Ledger = new();

    private static byte[] Sign(int submission, int member)
    {
        using SigningKey validator = Samples.Signer(200 + member);
        ulong leaf = (ulong)Ledger.StatementLeaves[submission];
        return CoseReceipt.Sign(validator, Ledger.Genesis.DidOf(Samples.Signer(100 + member).Public), Ledger.Shard, (long)leaf, (long)Ledger.Tree.Size, Ledger.Tree.Inclusion(leaf), Ledger.Tree.Root());
    }

    [Fact]
    public void A_replica_proves_a_statement_in_a_COSE_receipt()
    {
        Statement statement = Ledger.Submissions[1].Statement;
        CoseReceiptFacts facts = CoseReceipt.Verify(Sign(1, 2), statement.LeafHash, Ledger.Genesis.Configuration.ValidatorKeys[2]).Value;
        facts.Should().Be(new CoseReceiptFacts(Ledger.Genesis.Configuration.ValidatorKeys[2].KeyId, Ledger.Genesis.DidOf(Samples.Signer(102).Public).ToString(),
            $"urn:healthledger:{Samples.Network}:{Ledger.Shard}", (long)Ledger.Tree.Size, Ledger.StatementLeaves[1], Ledger.Tree.Root()));
        CoseReceipt.Verify(Sign(1, 2), Ledger.Submissions[0].Statement.LeafHash, Ledger.Genesis.Configuration.ValidatorKeys[2]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        CoseReceipt.Verify(Sign(1, 2), statement.LeafHash, Ledger.Genesis.Configuration.ValidatorKeys[1]).Fault.Code.Should().Be(FaultCode.SignerUnknown);
    }

    [Fact]
    public void No_bit_of_a_COSE_receipt_can_change_what_it_proves()
    {
        byte[] receipt = Sign(0, 0);
        Hash32 leaf = Ledger.Submissions[0].Statement.LeafHash;
        PublicKey key = Ledger.Genesis.Configuration.ValidatorKeys[0];
        CoseReceiptFacts honest = CoseReceipt.Verify(receipt, leaf, key).Value;
        for (int bit = 0; bit < 8 * receipt.Length; bit++)
        {
            receipt[bit / 8] ^= (byte)(1 << bit % 8);
            // RFC 9942 signs the root alone: a tree size that gives the same path is not told from the true one.
            if (CoseReceipt.Verify(receipt, leaf, key).TryGet(out CoseReceiptFacts? facts, out _))
                facts.Should().Be(honest with { ClaimedTreeSize = facts.ClaimedTreeSize }, $"bit {bit % 8} of byte {bit / 8} was changed");
            receipt[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void A_transparent_statement_comes_apart_again()
    {
        Statement statement = Ledger.Submissions[0].Statement;
        byte[] transparent = statement.ToTransparent([Sign(0, 0), Sign(0, 1)]);
        Statement.Decode(transparent).IsOk.Should().BeFalse("it is not what is submitted");
        (Statement inner, ReadOnlyMemory<byte>[] receipts) = CoseReceipt.Detach(transparent).Value;
        inner.Bytes.ToArray().Should().Equal(statement.Bytes.ToArray());
        receipts.Should().HaveCount(2);
        for (int member = 0; member < 2; member++) CoseReceipt.Verify(receipts[member], inner.LeafHash, Ledger.Genesis.Configuration.ValidatorKeys[member]).IsOk.Should().BeTrue();
        CoseReceipt.Detach(statement.Bytes).IsOk.Should().BeFalse();
    }
}
