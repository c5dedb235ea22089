using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Execution;

public class StopTests
{
    [Fact]
    public void A_stop_sign_is_alone_adds_no_leaf_changes_nothing_and_leads_to_the_next_configuration()
    {
        Consortium c = new();
        long decided = c.Decide(c.Next(2, "abcde"));
        TestLedger shard = c.Shard();
        ExecutedBlock stop = Consortium.StopOf(shard, decided).Value;
        (stop.Leaves.Count, stop.Changes.Count, stop.Header.TreeSize, stop.Header.Config).Should().Be((0, 0, 1, 0));
        (stop.Next.Config, stop.Next.RulesVersion).Should().Be((1, 2));
        shard.Commit(stop).Should().BeEmpty();
        Block.Create(stop.Header, stop.Items).Value.ChildConfig.Should().Be(1);
    }

    [Fact]
    public void A_stop_sign_names_exactly_the_height_that_decided_and_the_block_knows_it()
    {
        Consortium c = new();
        long decided = c.Decide(c.Next("abcde"));
        TestLedger shard = c.Shard();
        foreach (long height in new[] { 0, decided - 1, decided + 1 }) Consortium.StopOf(shard, height).Fault.Code.Should().Be(FaultCode.StopUnfit);
        shard.ReadsDirectoryAt = decided - 1;
        Consortium.StopOf(shard, decided).Fault.Code.Should().Be(FaultCode.StopUnfit, "the block's directory height is before it");
        shard.ReadsDirectoryAt = decided;
        shard.Commit(Consortium.StopOf(shard, decided).Value);
        Consortium.StopOf(shard, decided).Fault.Code.Should().Be(FaultCode.StopUnfit, "configuration 2 is not decided");
    }

    [Fact]
    public void Nothing_decided_means_no_stop_sign() => Consortium.StopOf(new TestLedger(), 0).Fault.Code.Should().Be(FaultCode.StopUnfit);

    [Fact]
    public void Blocks_are_of_the_configuration_that_their_parent_leads_to()
    {
        Consortium c = new();
        long decided = c.Decide(c.Next("abcde"));
        TestLedger shard = c.Shard();
        Consortium.StopOf(shard, decided, config: 1).Fault.Code.Should().Be(FaultCode.ConfigurationWrong);
        shard.Commit(Consortium.StopOf(shard, decided).Value);
        Party z = new(c['z'].Did, Fake.Key("z signing"), isPatient: false);
        Submission submission = shard.Sign(z, [Draft.Shared(z)]);
        BlockExecutor.Build(shard.Head, 0, shard.Now, shard.DirectoryHeight, [submission], null, shard.Rows, shard.Directory, shard.Signatures, BuildLimits.Format)
            .Fault.Code.Should().Be(FaultCode.ConfigurationWrong);
        shard.Commit(submission)[0].Should().Be(Outcome.Applied);
        shard.Last!.Header.Config.Should().Be(1);
        Block old = Block.Create(shard.Last.Header with { Config = 0 }, shard.Last.Items).Value;
        TestLedger again = c.Shard();
        again.Commit(Consortium.StopOf(again, decided).Value);
        BlockExecutor.Check(again.Head, old, again.Rows, again.Directory, again.Signatures).Fault.Code.Should().Be(FaultCode.ConfigurationWrong);
    }

    [Fact]
    public void Blocks_run_by_the_rules_that_their_configuration_names()
    {
        Consortium c = new();
        Configuration next = c.Next(2, "abcd");
        long decided = c.Decide(next);
        TestLedger shard = c.Shard();
        shard.Commit(Consortium.StopOf(shard, decided).Value);
        Party z = new(c['z'].Did, Fake.Key("z signing"), isPatient: false);
        Submission submission = shard.Sign(z, [Draft.Shared(z)]);
        Build(shard, submission, RuleBook.Standard).Fault.Code.Should().Be(FaultCode.RulesUnknown, "this build has version 1 only");
        RuleBook both = RuleBook.Standard.With(new NothingMore());
        both.Newest.Should().Be(2);
        Build(shard, submission, both).Value.Block.Outcomes[0].Should().Be(Outcome.Refused(FaultCode.EventTypeUnknown));
        TestLedger before = c.Shard();
        Build(before, submission, both).Value.Block.Outcomes[0].Should().Be(Outcome.Applied, "the shard has not passed its stop sign: version 1");
    }

    [Fact]
    public void Shard_0_reads_what_it_decided_a_block_before_whether_committed_or_not()
    {
        Consortium c = new();
        Configuration next = c.Next("abcde");
        c.Propose('a', next);
        c.Approve('b', next);
        TestLedger l = c.Directory;
        // Three blocks on overlays: the decision, the stop sign, and a proposal of the newcomer.
        ExecutedBlock decision = Over(l, l.Head, l.Rows, 0, l.Sign(c['c'], [Draft.Approve(next.Hash)]));
        ExecutedBlock stop = BlockExecutor.BuildStop(decision.Next, 0, l.Now, decision.Header.Height, new StopItem(decision.Header.Height), decision.Rows, l.Directory, l.Signatures).Value;
        Configuration after = ConfigurationCodec.Follow(next, 1, [Consortium.Member('e')], []).Value;
        ExecutedBlock third = Over(l, stop.Next, stop.Rows, 1, l.Sign(c['e'], [Draft.Propose(after)]));
        (decision.Outcomes[0], third.Outcomes[0], third.Header.Config).Should().Be((Outcome.Decided(next.Hash), Outcome.Applied, 1));
        foreach (ExecutedBlock block in new[] { decision, stop, third }) l.Commit(block);
    }

    private static ExecutedBlock Over(TestLedger ledger, BlockParent parent, Protocol.State.IRowReader rows, int config, Submission submission) =>
        BlockExecutor.Build(parent, config, ledger.Now, parent.Height, [submission], null, rows, ledger.Directory, ledger.Signatures, BuildLimits.Format).Value.Block;

    private static Result<BuiltBlock> Build(TestLedger shard, Submission submission, RuleBook book) => BlockExecutor.Build(
        shard.Head, shard.Head.Config, shard.Now, shard.DirectoryHeight, [submission], null, shard.Rows, shard.Directory, shard.Signatures, BuildLimits.Format, book: book);

    /// <summary>A second version, told from the first by refusing everything.</summary>
    private sealed class NothingMore : IRules
    {
        public int Version => 2;

        public Outcome Apply(in Event item, in Signer signer, RuleContext context) => Outcome.Refused(FaultCode.EventTypeUnknown);
    }
}
