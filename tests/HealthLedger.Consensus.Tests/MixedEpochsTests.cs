using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

/// <summary>
/// Rule 6, "epochs never add up". Two blocks take turns as the base of five epochs; each time one member locks. B then has Commits of three
/// members in three epochs, and C is what the next epoch must build on.
/// </summary>
public sealed class MixedEpochsTests
{
    private readonly Cluster _cluster = new(4);
    private readonly BlockInfo _b, _c;
    private readonly List<SignedVote> _commitsOfB = [];

    public MixedEpochsTests()
    {
        _b = _cluster.Block(1, _cluster.Genesis);
        _c = _cluster.Block(2, _cluster.Genesis);
    }

    [Fact]
    public void Rule_6_commits_of_three_epochs_decide_nothing()
    {
        (Promise[] promises, List<Effect> effects) = Lead(SafetyRules.Standard);
        promises.Should().HaveCount(3);
        effects.Sent<DecideCall>().Should().BeEmpty("only one of the three Commits is of epoch 4");
    }

    [Fact]
    public void Mutant_commits_mixed_across_epochs_decides_a_block_that_the_next_epoch_drops()
    {
        (Promise[] _, List<Effect> effects) = Lead(new CommitsMixed());
        Certificate mixed = effects.Sent<DecideCall>().Single().Committed;
        mixed.Block.Should().Be(_b.Hash, "the mistaken leader tells its clients that B is committed");

        Promise[] next = _cluster.Open(new Epoch(1, 5), 5, 0, 1, 2);
        BaseChoice.Of(next, _cluster.Genesis.Ref).Block.Should().Be(_c.Ref, "and the next epoch rightly builds on C");
        _cluster.Step(0, new DecideCall(mixed) { From = 0 }).OfType<Commit>().Should().BeEmpty("a replica does not take such a certificate");
    }

    private (Promise[] Promises, List<Effect> Effects) Lead(SafetyRules rules)
    {
        Turn(0, _b, lockedBy: 0, 0, 1, 2);
        Turn(1, _c, lockedBy: 1, 1, 2, 3);
        Turn(2, _b, lockedBy: 2, 0, 2, 3);
        Turn(3, _c, lockedBy: 1, 0, 1, 3);
        var epoch = new Epoch(1, 4);
        var leader = new LeaderMachine(_cluster.Settings(0), epoch, Cluster.Id(4), _cluster.Complaints(new Epoch(1, 3)), null, rules);
        List<Effect> effects = [];
        leader.Start(_cluster.Now, effects);
        Promise[] promises = _cluster.Open(epoch, 4, 0, 2, 3);
        foreach (Promise promise in promises) leader.Step(new PromiseAnswer(promise) { From = promise.Member }, _cluster.Now, effects);
        leader.Step(new BaseFound(_b), _cluster.Now, effects);
        SignedVote[] prepares = _cluster.Propose(epoch, 4, _b, promises, 0, 2, 3);
        _commitsOfB.AddRange(_cluster.ShowPrepared(epoch, 4, _cluster.Join(prepares), 3));
        foreach (SignedVote vote in prepares.Concat(_commitsOfB)) leader.Step(new VoteAnswer(vote) { From = vote.Proof.Member }, _cluster.Now, effects);
        _commitsOfB.Should().HaveCount(3);
        return (promises, effects);
    }

    private void Turn(long counter, BlockInfo block, int lockedBy, params int[] members)
    {
        var epoch = new Epoch(1, counter);
        ulong id = (ulong)counter + 100;
        SignedVote[] prepares = _cluster.Propose(epoch, id, block, _cluster.Open(epoch, id, members), members);
        prepares.Should().HaveCount(3, "the base of epoch {0} is that block", counter);
        SignedVote[] commits = _cluster.ShowPrepared(epoch, id, _cluster.Join(prepares), lockedBy);
        if (block == _b) _commitsOfB.AddRange(commits);
    }

    private sealed class CommitsMixed : SafetyRules
    {
        public override bool CountsFor(Epoch vote, Epoch certificate) => vote.Config == certificate.Config;
    }
}
