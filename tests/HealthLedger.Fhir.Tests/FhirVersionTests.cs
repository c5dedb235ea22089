namespace HealthLedger.Fhir.Tests;

public class FhirVersionTests
{
    [Fact]
    public void The_library_speaks_R4() => FhirVersion.Current.Should().Be("4.0.1");
}
