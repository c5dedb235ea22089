using HealthLedger.Consensus.Waiting;

namespace HealthLedger.Consensus.Tests;

public sealed class StatementWatchTests
{
    [Fact]
    public void Rule_1_a_statement_is_shared_after_a_second_and_again_since_the_first_time_may_be_lost()
    {
        var watch = new StatementWatch(10);
        watch.TryAdd(Cluster.Name(1), now: 0).Should().BeTrue();
        watch.ToShare(999).Should().BeEmpty();
        watch.ToShare(1_000).Should().ContainSingle();
        watch.ToShare(1_001).Should().BeEmpty();
        watch.ToShare(3_000).Should().ContainSingle();
        watch.Remove(Cluster.Name(1));
        watch.ToShare(100_000).Should().BeEmpty();
        watch.OldestSince.Should().BeNull();
    }

    [Fact]
    public void A_full_watch_refuses_and_evicts_nothing()
    {
        var watch = new StatementWatch(2);
        for (int round = 0; round < 50; round++)
        {
            watch.TryAdd(Cluster.Name(1), round).Should().BeTrue();
            watch.TryAdd(Cluster.Name(2), round).Should().BeTrue();
            watch.TryAdd(Cluster.Name(3), round).Should().BeFalse();
            watch.TryAdd(Cluster.Name(1), round + 1).Should().BeTrue("it is there already");
            watch.OldestSince.Should().Be(round);
            watch.Remove(Cluster.Name(1));
            watch.Remove(Cluster.Name(2));
        }
        watch.Count.Should().Be(0);
    }
}
