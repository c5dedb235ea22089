using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Genesis;

public class GenesisTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(3, 0, 2)]
    [InlineData(4, 1, 3)]
    [InlineData(6, 1, 4)]
    [InlineData(13, 4, 9)]
    public void A_genesis_reads_back_with_its_quorum(int members, int f, int q)
    {
        GenesisFile built = Samples.Genesis(members);
        GenesisFile read = GenesisFile.Decode(built.Bytes).Value;
        (read.Hash, read.Network, read.Time, read.Shards).Should().Be((built.Hash, Samples.Network, Samples.Time, Samples.Shards));
        (read.Configuration.N, read.Configuration.F, read.Configuration.Q, read.Configuration.Number).Should().Be((members, f, q, 0));
        read.Organizations.Should().ContainSingle().Which.Name.Should().Be("Clinic");
        read.HeaderOf(0).Parent.Should().Be(read.Hash);
        read.HeaderOf(1).ComputeHash().Should().NotBe(read.HeaderOf(2).ComputeHash());
    }
}
