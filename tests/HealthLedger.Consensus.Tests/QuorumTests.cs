using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Tests;

public sealed class QuorumTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, 0, 2)]
    [InlineData(3, 0, 2)]
    [InlineData(4, 1, 3)]
    [InlineData(5, 1, 4)]
    [InlineData(6, 1, 4)]
    [InlineData(7, 2, 5)]
    [InlineData(10, 3, 7)]
    [InlineData(13, 4, 9)]
    public void Quorums_are_those_of_section_4(int members, int faults, int quorum)
    {
        Quorum.Faults(members).Should().Be(faults);
        Quorum.Size(members).Should().Be(quorum);
    }

    [Fact]
    public void Two_quorums_share_an_honest_member_and_the_honest_alone_are_one()
    {
        for (int members = 1; members <= Quorum.MembersMax; members++)
        {
            int shared = 2 * Quorum.Size(members) - members;
            shared.Should().BeGreaterThan(Quorum.Faults(members));
            Quorum.Size(members).Should().BeLessThanOrEqualTo(members - Quorum.Faults(members));
        }
    }
}
