using HealthLedger.Gateway.Smart;

namespace HealthLedger.Gateway.Tests.Smart;

public class ScopeTests
{
    [Theory]
    [InlineData("system/*.rs", "system/*.rs")]
    [InlineData("system/Observation.read", "system/Observation.rs")]
    [InlineData("system/Observation.write", "system/Observation.cud")]
    [InlineData("system/*.*", "system/*.cruds")]
    public void Both_spellings_of_a_scope_are_read_and_the_newer_one_is_written(string text, string v2) => Scope.Parse(text)!.ToString().Should().Be(v2);

    [Theory]
    [InlineData("system/*.sr")]
    [InlineData("system/*.rr")]
    [InlineData("system/*.")]
    [InlineData("system/observation.rs")]
    [InlineData("system/Observation.rs?category=laboratory")]
    [InlineData("patient/*.rs")]
    [InlineData("system/Obs/../Patient.rs")]
    public void Anything_else_is_no_scope(string text) => Scope.Parse(text).Should().BeNull();
}
