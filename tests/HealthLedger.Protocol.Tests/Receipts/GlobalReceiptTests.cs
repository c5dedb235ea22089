using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Receipts;

public class GlobalReceiptTests
{
    private static readonly SmallLedger Ledger = new();

    [Fact]
    public void A_global_receipt_leads_to_a_checkpoint_that_a_quorum_cosigned()
    {
        byte[] bytes = Ledger.GlobalReceipt(0, 1, cosigners: 4).Encode();
        GlobalReceiptFacts facts = GlobalReceipt.Verify(bytes, Ledger.Genesis).Value;
        facts.Checkpoint.Size.Should().Be(4);
        facts.Checkpoint.Members.Should().Equal(0, 1, 2, 3);
        facts.Receipt.Height.Should().Be(1);
        GlobalReceipt.Decode(bytes).Value.Encode().Should().Equal(bytes);
        GlobalReceipt.Verify(Ledger.GlobalReceipt(0, 1, cosigners: 2).Encode(), Ledger.Genesis).Fault.Message.Should().StartWith("proof:");
    }

    [Fact]
    public void No_bit_of_a_global_receipt_can_change_unnoticed()
    {
        byte[] bytes = Ledger.GlobalReceipt(2, 0, cosigners: 3).Encode();
        // The receipt inside has a test of its own for every bit; here every byte of it changes once, every other bit always.
        int receipt = Ledger.GlobalReceipt(2, 0, cosigners: 3).Receipt.Encode().Length + 40;
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = i % 8; bit < 8; bit += i < receipt ? 8 : 1)
            {
                bytes[i] ^= (byte)(1 << bit);
                if (GlobalReceipt.Verify(bytes, Ledger.Genesis).IsOk) Assert.Fail($"Bit {bit} of byte {i} was changed.");
                bytes[i] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void A_global_receipt_holds_nothing_that_nobody_vouches_for()
    {
        GlobalReceipt honest = Ledger.GlobalReceipt(0, 0, cosigners: 3);
        (honest with { Proof = honest.Proof with { Extra = [1] } }).Verify(Ledger.Genesis).Fault.Message.Should().StartWith("proof:");
        (honest with { Head = honest.Head with { Height = 9 } }).Verify(Ledger.Genesis).Fault.Message.Should().StartWith("proof:");
        (honest with { Shards = 3 }).Verify(Ledger.Genesis).Fault.Message.Should().StartWith("shards:");
        (honest with { EntryPath = honest.HeadPath }).Verify(Ledger.Genesis).Fault.Message.Should().StartWith("entryPath:");
        (honest with { Receipt = honest.Receipt with { Signer = Samples.Signer(8).Public } }).Verify(Ledger.Genesis).Fault.Message.Should().StartWith("receipt.signer:");
    }
}
