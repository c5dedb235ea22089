using System.Text.Json.Nodes;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class ReadAndWriteTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task A_patient_and_an_observation_are_written_and_read_back()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply patient = await hospital.PostAsync("Patient", Samples.Patient("read-1"));
        patient.Status.Should().Be(201, patient.Text);
        patient.Id.Should().HaveLength(52);
        patient.Headers.Location!.ToString().Should().Be($"https://gateway.example/fhir/Patient/{patient.Id}/_history/1");
        patient.Version.Should().Be("W/\"1\"");
        patient.LastModified.Should().NotBeNull();
        patient.Receipt.Should().StartWith("/ledger/receipts/");

        FhirReply observation = await hospital.PostAsync("Observation", Samples.Observation(patient.Id));
        observation.Status.Should().Be(201, observation.Text);
        observation.Id.Should().HaveLength(26);
        FhirReply read = await hospital.GetAsync($"Observation/{observation.Id}");
        read.Status.Should().Be(200, read.Text);
        read.Receipt.Should().NotBeNull().And.NotBe(observation.Receipt, "a read rests on the entry of its access");
        read.Json!["valueQuantity"]!["value"]!.GetValue<decimal>().Should().Be(5.4m);
        read.Json["meta"]!["versionId"]!.GetValue<string>().Should().Be("1");
        FhirReply person = await hospital.GetAsync($"Patient/{patient.Id}");
        person.Status.Should().Be(200, person.Text);
        person.Json!["name"]![0]!["family"]!.GetValue<string>().Should().Be("Okafor");
    }
}
