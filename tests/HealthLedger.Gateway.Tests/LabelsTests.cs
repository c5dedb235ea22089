using HealthLedger.Client.Patients;
using HealthLedger.Fhir.Labels;

namespace HealthLedger.Gateway.Tests;

public class LabelsTests
{
    [Fact]
    public void Every_label_that_FHIR_resources_get_is_a_segment_that_patients_have() => SegmentLabels.All.Should().Equal(Segments.All);
}
