using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Tests.Statements;
using Organization = HealthLedger.Protocol.Genesis.Organization;

namespace HealthLedger.Protocol.Tests.Receipts;

public class ConfigurationTests
{
    private static readonly ChangingLedger Ledger = new ChangingLedger().Change(0, 1, 2, 3, 4).Change(1, 2, 3, 4).Change(4, 3, 2, 1, 5);

    [Fact]
    public void A_configuration_reads_back_as_it_was_written()
    {
        Organization clinic = new("Clinic", Samples.Signer(8).Public, [Samples.Signer(8).Public], Samples.Sealer(8).Public, OrganizationRoles.Provider);
        Organization gone = new("Gone", Samples.Signer(9).Public, [], Samples.Sealer(9).Public, OrganizationRoles.None);
        Configuration made = ConfigurationCodec.Follow(Ledger.History.Newest, 2, [Samples.Member(1), Samples.Member(6)], [clinic, gone]).Value;
        byte[] bytes = ConfigurationCodec.Encode(made);
        Configuration read = ConfigurationCodec.Decode(bytes).Value;
        ConfigurationCodec.Encode(read).Should().Equal(bytes);
        (read.Number, read.RulesVersion, read.N, read.Q, read.Network).Should().Be((4, 2, 2, 2, Samples.Network));
        (read.Hash, read.Previous).Should().Be((ConfigurationCodec.HashOf(bytes), Ledger.History.Newest.Hash));
        read.Organizations.Select(organization => organization.IsWithdrawn).Should().Equal(false, true);
    }

    [Fact]
    public void A_configuration_changed_in_any_byte_is_another_one_or_none()
    {
        byte[] bytes = ConfigurationCodec.Encode(Ledger.History.Newest);
        for (int i = 0; i < bytes.Length; i += 3)
        {
            bytes[i] ^= 0x10;
            if (ConfigurationCodec.Decode(bytes).TryGet(out Configuration? other, out _)) other.Hash.Should().NotBe(Ledger.History.Newest.Hash);
            bytes[i] ^= 0x10;
        }
        for (int length = 0; length < bytes.Length; length += 7) ConfigurationCodec.Decode(bytes.AsSpan(0, length)).IsOk.Should().BeFalse();
    }

    [Fact]
    public void Members_share_no_key_and_certify_their_own()
    {
        Configuration before = Ledger.History.Newest;
        Member stolen = Member.Certify(Samples.Network, "Thief", Samples.Signer(50), Samples.Signer(201).Public, Samples.Signer(51).Public, Samples.Sealer(52).Public, "x:1");
        ConfigurationCodec.Follow(before, 1, [Samples.Member(1), stolen], []).Fault.Code.Should().Be(FaultCode.MemberKeysUnfit);
        ConfigurationCodec.Follow(before, 1, [Samples.Member(1), Samples.Member(1)], []).Fault.Code.Should().Be(FaultCode.MemberKeysUnfit);
        Member elsewhere = Member.Certify("other-network", "Elsewhere", Samples.Signer(50), Samples.Signer(53).Public, Samples.Signer(51).Public, Samples.Sealer(52).Public, "x:1");
        ConfigurationCodec.Follow(before, 1, [elsewhere], []).Fault.Code.Should().Be(FaultCode.MemberKeysUnfit);
        ConfigurationCodec.Follow(before, 1, [], []).Fault.Code.Should().Be(FaultCode.FormatLimit);
        ConfigurationCodec.Follow(before, 1, [.. Enumerable.Range(0, 14).Select(number => Samples.Member(number))], []).Fault.Code.Should().Be(FaultCode.FormatLimit);
        ConfigurationCodec.Follow(before, 1, [.. Enumerable.Range(0, 13).Select(number => Samples.Member(number))], []).IsOk.Should().BeTrue();
        Organization clinic = new("Clinic", Samples.Signer(8).Public, [Samples.Signer(8).Public], Samples.Sealer(8).Public, OrganizationRoles.Provider);
        ConfigurationCodec.Follow(before, 1, [Samples.Member(1)], [clinic, clinic]).Fault.Code.Should().Be(FaultCode.MemberKeysUnfit);
        ConfigurationCodec.Follow(before, 1, [Samples.Member(1)], [clinic with { Signing = [] }]).Fault.Code.Should().Be(FaultCode.FormatValue, "without keys it is withdrawn, and then it has no roles");
        ConfigurationCodec.Follow(before, 1, [Samples.Member(1)], [clinic with { Roles = OrganizationRoles.None }]).Fault.Code.Should().Be(FaultCode.FormatValue);
    }

    [Fact]
    public void A_history_is_checked_with_the_genesis_alone()
    {
        byte[] bytes = Ledger.History.Encode();
        ConfigurationHistory read = ConfigurationHistory.Decode(bytes, GenesisFile.Decode(Ledger.Genesis.Bytes).Value).Value;
        read.Encode().Should().Equal(bytes);
        read.Newest.Number.Should().Be(3);
        Enumerable.Range(0, 4).Select(number => read.TryGet(number)!.N).Should().Equal(4, 5, 4, 5);
        Enumerable.Range(0, 4).Select(read.DecidedHeight).Should().Equal(0, 1, 2, 3);
        read.DecidedLeaf(2).Should().Be(4);
        (read.TryGet(4), read.TryGet(-1)).Should().Be((null, null));
        ConfigurationHistory.Decode(ConfigurationHistory.From(Ledger.Genesis).Encode(), Ledger.Genesis).Value.Newest.Number.Should().Be(0);
    }

    [Fact]
    public void No_byte_of_a_history_can_change_unnoticed()
    {
        ChangingLedger ledger = new ChangingLedger().Change(0, 1, 2, 3, 4);
        byte[] bytes = ledger.History.Encode();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << i % 8);
            if (ConfigurationHistory.Decode(bytes, ledger.Genesis).IsOk) Assert.Fail($"Byte {i} was changed.");
            bytes[i] ^= (byte)(1 << i % 8);
        }
        for (int length = 0; length < bytes.Length; length += 11) ConfigurationHistory.Decode(bytes.AsMemory(0, length), ledger.Genesis).IsOk.Should().BeFalse();
        ConfigurationHistory.Decode((byte[])[.. bytes, 0], ledger.Genesis).IsOk.Should().BeFalse();
    }

    [Fact]
    public void A_receipt_brings_its_configurations_and_needs_the_genesis_alone()
    {
        for (int config = 0; config <= 3; config++)
        {
            Receipt built = Ledger.Receipt(config);
            ReceiptFacts facts = ReceiptVerifier.Verify(built.Encode(), GenesisFile.Decode(Ledger.Genesis.Bytes).Value).Value;
            (facts.Configuration.Number, facts.Voters.Length).Should().Be((config, Ledger.History.TryGet(config)!.Q));
            Receipt.Decode(built.Encode()).Value.Encode().Should().Equal(built.Encode());
        }
    }

    [Fact]
    public void A_receipt_without_configurations_is_checked_by_those_that_are_known()
    {
        Receipt bare = Ledger.Receipt(2) with { Configurations = [] };
        ReceiptVerifier.Verify(bare.Encode(), Ledger.History).Value.Configuration.Should().BeSameAs(Ledger.History.TryGet(2));
        ReceiptVerifier.Verify(bare.Encode(), Ledger.Genesis).Fault.Code.Should().Be(FaultCode.ConfigurationUnknown);
    }

    [Fact]
    public void No_byte_of_a_receipt_across_configurations_can_change_unnoticed()
    {
        byte[] bytes = Ledger.Receipt(2).Encode();
        ReceiptVerifier.Verify(bytes, Ledger.Genesis).IsOk.Should().BeTrue();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << i % 8);
            if (ReceiptVerifier.Verify(bytes, Ledger.Genesis).IsOk) Assert.Fail($"Byte {i} was changed.");
            bytes[i] ^= (byte)(1 << i % 8);
        }
    }

    [Fact]
    public void A_removed_members_vote_counts_no_more()
    {
        // Member 0 voted in configurations 0 and 1, and is in none since.
        Fault(Ledger.Receipt(2, voters: [0, 2, 3])).Should().StartWith("certificate:");
        Fault(Ledger.Receipt(2) with { Certificate = Ledger.Certify(Ledger.Receipt(2).Headers[1], 2, [1, 2, 0]) }).Should().StartWith("certificate:");
        Fault(Ledger.Receipt(1, voters: [0, 1, 2, 3])).Should().BeEmpty();
        // A quorum of the founders signs a block of configuration 2 as if it were of their own.
        Receipt own = Ledger.Receipt(2);
        Fault(own with { Certificate = Ledger.Certify(own.Headers[1], 0), Configurations = [] }).Should().StartWith("certificate: It is not of the last header.");
    }

    [Fact]
    public void Configurations_are_neither_missing_nor_too_many_nor_out_of_order()
    {
        Receipt honest = Ledger.Receipt(2);
        Fault(honest with { Configurations = [honest.Configurations[0]] }).Should().StartWith("configurations:");
        Fault(honest with { Configurations = Ledger.History.ProofsTo(3) }).Should().StartWith("configurations:");
        Fault(honest with { Configurations = [honest.Configurations[1], honest.Configurations[0]] }).Should().StartWith("configurations[0].configuration:");
        Fault(honest with { Configurations = [honest.Configurations[0], honest.Configurations[0]] }).Should().StartWith("configurations[1].configuration:");
        Fault(Ledger.Receipt(0) with { Configurations = Ledger.History.ProofsTo(1) }).Should().StartWith("configurations:");
        ConfigurationProof nested = honest.Configurations[1] with { Receipt = (Receipt.Decode(honest.Configurations[1].Receipt).Value with { Configurations = Ledger.History.ProofsTo(1) }).Encode() };
        Fault(honest with { Configurations = [honest.Configurations[0], nested] }).Should().StartWith("configurations[1].configurations:");
    }

    [Fact]
    public void A_configuration_is_decided_by_a_quorum_of_the_one_before_and_nobody_else()
    {
        ChangingLedger ledger = new ChangingLedger().Change(0, 1, 2, 3, 4);
        Configuration next = ledger.Next(5, 6, 7, 8);
        Refusal(ledger, ledger.Proof(next, voters: [0, 1, 2])).Should().StartWith("certificate:", "four of five decide");
        Refusal(ledger, ledger.Proof(next, voters: [5, 6, 7, 8])).Should().StartWith("certificate:", "the new ones do not decide on themselves");
        Refusal(ledger, ledger.Proof(next, config: 0)).Should().StartWith("certificate:", "the founders were followed");
        Refusal(ledger, ledger.Proof(next, outcome: Outcome.Applied)).Should().StartWith("outcome:");
        Refusal(ledger, ledger.Proof(next, outcome: Outcome.Refused(FaultCode.MemberOnly))).Should().StartWith("outcome:");
        Refusal(ledger, ledger.Proof(next, outcome: Outcome.Decided(Samples.Hash(1)))).Should().StartWith("outcome:");
        Refusal(ledger, ledger.Proof(next, item: ChangingLedger.Approval(Samples.Hash(1)))).Should().StartWith("event:");
        Refusal(ledger, ledger.Proof(next, item: ChangingLedger.Approval(next.Hash, type: EventType.DirectoryNote))).Should().StartWith("event:");
        Refusal(ledger, ledger.Proof(next, change: receipt => receipt with { Event = HealthLedger.Protocol.Blocks.StoredEvent.Erased(receipt.Event.Hash) })).Should().StartWith("event:");
        Refusal(ledger, ledger.Proof(next) with { Configuration = ConfigurationCodec.Encode(ledger.Next(5, 6, 7)) }).Should().StartWith("outcome:");
        Configuration skipped = new(next.Network, 3, 1, next.Members, default, next.Hash);
        Refusal(ledger, ledger.Proof(ConfigurationCodec.Decode(ConfigurationCodec.Encode(skipped)).Value)).Should().StartWith("configuration: Its number");
        Configuration stray = new(next.Network, 2, 1, next.Members, default, Samples.Hash(3));
        Refusal(ledger, ledger.Proof(ConfigurationCodec.Decode(ConfigurationCodec.Encode(stray)).Value)).Should().StartWith("configuration: It does not follow");
        ledger.History.Append(ledger.Proof(next)).Value.Newest.N.Should().Be(4);
        Event proposal = Event.Create(EventType.ConfigurationPropose, "directory", Samples.Id(62), ConfigurationCodec.Encode(next)).Value;
        ledger.History.Append(ledger.Proof(next, item: proposal)).IsOk.Should().BeTrue("the proposal itself may be what made the quorum");
    }

    [Fact]
    public void Two_histories_of_one_network_are_told_apart()
    {
        ChangingLedger other = new ChangingLedger(genesis: Ledger.Genesis).Change(0, 1, 2, 3, 6);
        Ledger.History.FirstDifference(other.History).Should().Be(1);
        Ledger.History.FirstDifference(ConfigurationHistory.From(Ledger.Genesis)).Should().BeNull();
        ReceiptVerifier.Verify(other.Receipt(1), Ledger.History).Fault.Message.Should().StartWith("configurations[0]: Another configuration");
        Ledger.History.FirstDifference(ConfigurationHistory.From(new SmallLedger(3).Genesis)).Should().Be(0);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(2, 1)]
    public void A_global_receipt_holds_whoever_cosigned_the_checkpoint(int config, int cosigning)
    {
        byte[] bytes = Ledger.GlobalReceipt(config, cosigning).Encode();
        GlobalReceiptFacts facts = GlobalReceipt.Verify(bytes, Ledger.Genesis).Value;
        (facts.Receipt.Configuration.Number, facts.Checkpoint.Config).Should().Be((config, cosigning));
        GlobalReceipt.Decode(bytes).Value.Encode().Should().Equal(bytes);
    }

    [Fact]
    public void No_byte_of_a_global_receipt_across_configurations_can_change_unnoticed()
    {
        byte[] bytes = Ledger.GlobalReceipt(1, 2).Encode();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << i % 8);
            if (GlobalReceipt.Verify(bytes, Ledger.Genesis).IsOk) Assert.Fail($"Byte {i} was changed.");
            bytes[i] ^= (byte)(1 << i % 8);
        }
    }

    [Fact]
    public void A_checkpoint_of_members_long_gone_proves_nothing_of_a_later_receipt()
    {
        GlobalReceipt.Verify(Ledger.GlobalReceipt(2, 0).Encode(), Ledger.Genesis).Fault.Message.Should().StartWith("proof:");
        GlobalReceipt honest = Ledger.GlobalReceipt(1, 2);
        (honest with { Configurations = [] }).Verify(Ledger.Genesis).Fault.Code.Should().Be(FaultCode.ConfigurationUnknown);
        (honest with { Configurations = [] }).Verify(Ledger.History).IsOk.Should().BeTrue();
        (honest with { Configurations = Ledger.History.ProofsTo(1) }).Verify(Ledger.Genesis).IsOk.Should().BeFalse();
    }

    [Fact]
    public void A_list_of_more_configurations_than_there_can_be_is_refused_before_it_is_read()
    {
        CborWriter writer = new();
        writer.WriteArrayStart(ConfigurationCodec.NumberMax + 1);
        for (int i = 0; i <= ConfigurationCodec.NumberMax; i++)
        {
            writer.WriteArrayStart(2);
            writer.WriteBytes([]);
            writer.WriteBytes([]);
        }
        ConfigurationHistory.Decode(writer.ToArray(), Ledger.Genesis).Fault.Code.Should().Be(FaultCode.FormatLimit);
        ConfigurationHistory.Decode(new byte[ConfigurationHistory.BytesMax + 1], Ledger.Genesis).Fault.Code.Should().Be(FaultCode.FormatLimit);
    }

    private static string Fault(Receipt receipt) => ReceiptVerifier.Verify(receipt, Ledger.Genesis).TryGet(out _, out Fault fault) ? "" : fault.Message;

    private static string Refusal(ChangingLedger ledger, ConfigurationProof proof) => ledger.History.Append(proof).Fault.Message;
}
