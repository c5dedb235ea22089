using HealthLedger.Protocol.Errors;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Reasons;

public class ReasonTests
{
    public static TheoryData<FaultCode> Codes => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_reason_ends_a_story(FaultCode code) => Scenarios.All[code](new TestLedger()).Should().Be(code);

    [Fact]
    public void No_reason_of_the_rules_is_without_a_story() =>
        Enum.GetValues<FaultCode>().Where(code => (int)code is (>= 4_000 and < 4_110) or (>= 4_120 and < 4_200)).Except(Scenarios.All.Keys).Should().BeEmpty();
}
