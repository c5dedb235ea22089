using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Validator.Audit;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Reconfiguration;

/// <summary>What was proved under one configuration stays proved, and what is proved under a later one needs the genesis file alone.</summary>
public sealed class ProofTests
{
    [Fact]
    public async Task Receipts_from_before_and_after_a_change_and_the_whole_ledger_verify_with_the_genesis_file_alone()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        await using SteadyLoad load = new(test);
        await load.UntilMoreAsync(10);
        int joiner = test.Network.AddMember("Lakeside Hospital");
        (await test.Network.StartMemberAsync(joiner)).IsOk.Should().BeTrue();
        await council.DecideAsync([1, 2, 3, joiner], null, joiner);
        test.Network.AddValidatorKey(2);
        await council.DecideAsync([1, 2, 3, joiner]);
        await load.UntilMoreAsync(20);
        await load.StopAsync();
        await test.UntilLevelAsync(1, 2, 3, joiner);

        GenesisFile genesis = test.Network.Genesis;
        Replica replica = test.Network.Member(joiner)!.Replica;
        HashSet<int> seen = [];
        foreach ((int shard, Hash32 id) in load.Acknowledged)
        {
            long leaf = replica.Find(shard, id)!.StatementLeaf + 1;
            BlockRecord record = replica.RecordOfLeaf(shard, leaf)!;
            Receipt receipt = replica.Receipt(shard, record, record.Outcomes(), leaf).Value;
            Result<ReceiptFacts> facts = ReceiptVerifier.Verify(receipt.Encode(), genesis);
            facts.Fault.Should().Be(default(Fault));
            facts.Value.StatementId.Should().Be(id);
            seen.Add(facts.Value.Configuration.Number);
        }
        seen.Should().Contain([0, 2]);
        foreach (int member in new[] { 1, joiner })
        {
            string store = test.StoreOf(member);
            await test.Network.StopMemberAsync(member);
            Result<FolderSource> opened = FolderSource.Open(store, TimeProvider.System);
            await using FolderSource source = opened.Value;
            AuditReport report = await new AuditRunner(genesis, source, Path.Combine(test.Folder, "audit"), TimeProvider.System).RunAsync();
            report.Finding.Should().BeNull(report.Finding?.ToString());
            report.Entries.Should().BeGreaterThan(load.Acknowledged.Count);
        }
    }

    [Fact]
    public async Task A_history_is_taken_from_anybody_and_a_forged_one_from_nobody()
    {
        await using TestNetwork test = await TestNetwork.StartAsync(4);
        Council council = new(test);
        test.Network.AddValidatorKey(0);
        await council.DecideAsync([0, 1, 2, 3]);
        test.Network.AddValidatorKey(1);
        await council.DecideAsync([0, 1, 2, 3]);
        ConfigurationHistory history = test.Network.Member(0)!.Replica.Book.History;
        byte[] encoded = history.Encode();

        ConfigurationBook book = new(test.Network.Genesis);
        int changes = 0;
        book.Changed += () => changes++;
        book.Take(ConfigurationHistory.Decode(encoded, test.Network.Genesis).Value).Should().BeNull();
        book.Take(ConfigurationHistory.From(test.Network.Genesis)).Should().BeNull("an older history is no contradiction");
        (book.Newest.Number, changes).Should().Be((2, 1));
        Random random = new(11);
        for (int i = 0; i < 60; i++)
        {
            byte[] forged = [.. encoded];
            forged[random.Next(forged.Length)] ^= (byte)(1 << random.Next(8));
            ConfigurationHistory.Decode(forged, test.Network.Genesis).IsOk.Should().BeFalse();
        }
        book.Take(history.ProofsTo(1)[0])!.Value.Code.Should().Be(FaultCode.ProofInvalid, "only the next configuration follows");
    }
}
