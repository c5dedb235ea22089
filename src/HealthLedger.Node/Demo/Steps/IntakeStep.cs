using System.Text.Json;
using HealthLedger.Fhir.Synthetic;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The hospital sends two patients' lives through the FHIR door.</summary>
internal sealed class IntakeStep : IStep
{
    private const int Patients = 2, VisitsEach = 12, Candidates = 60;

    /// <inheritdoc/>
    public string Title => "The hospital sends two patients' records through FHIR: encrypted, signed, voted on";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        int resources = 0, receipts = 0, visits = 0;
        TimeProvider clock = world.Ledger.Clock;
        long started = clock.GetTimestamp();
        foreach (SyntheticPatient patient in SyntheticPatients.Generate(world.Seed, Candidates).Where(HasAStory).Take(Patients))
        {
            foreach (SyntheticVisit visit in Chosen(patient))
            {
                FhirDoor.Answer answer = await world.HospitalDoor.PostBundleAsync(visit.Bundle.ToUtf8Bytes(), cancel);
                if (!answer.IsGood) return StepResult.Bad($"A visit was refused: {answer.Reason}");
                visits++;
                resources += answer.Body.GetProperty("entry").GetArrayLength();
                receipts += answer.Body.GetProperty("entry").EnumerateArray().Count(HasReceipt);
                if (world.Patient == default && PatientIdOf(answer.Body) is { } id)
                {
                    world.Patient = LedgerDid.Parse($"{LedgerDid.Prefix}{world.Ledger.Network.Name}:{id}").Value;
                    world.PatientName = patient.Name;
                }
            }
        }
        double seconds = clock.GetElapsedTime(started).TotalSeconds;
        return new StepResult(world.Patient != default && receipts == resources,
        [
            $"{resources} resources of {Patients} patients in {visits} visits, {seconds:0.0} s, {receipts} receipts",
            $"[bold]{world.PatientName}[/] is on the ledger only as [grey]{world.Patient}[/]",
        ]);
    }

    // Somebody for whom a clinic would want to know conditions and medications.
    private static bool HasAStory(SyntheticPatient patient) => Chosen(patient).Count(visit => Mentions(visit, "Condition")) >= 2 && Chosen(patient).Any(visit => Mentions(visit, "MedicationRequest"));

    private static IEnumerable<SyntheticVisit> Chosen(SyntheticPatient patient) => patient.Visits.TakeLast(VisitsEach);

    private static bool Mentions(SyntheticVisit visit, string type) => visit.Bundle.Root["entry"]!.AsArray!.Items.Any(entry => entry.AsObject?.Object("resource")?.Text("resourceType") == type);

    private static bool HasReceipt(JsonElement entry) => entry.GetProperty("response").TryGetProperty("extension", out JsonElement extensions)
        && extensions.EnumerateArray().Any(extension => extension.GetProperty("url").GetString()!.EndsWith("receipt", StringComparison.Ordinal));

    // The id in the location of the response's Patient entry.
    private static string? PatientIdOf(JsonElement bundle) =>
        bundle.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("response").TryGetProperty("location", out JsonElement location) ? location.GetString()! : "")
            .Select(location => location[(location.IndexOf("Patient/", StringComparison.Ordinal) is var at and >= 0 ? at : location.Length)..])
            .Where(location => location.Length > 0).Select(location => location.Split('/')[1]).FirstOrDefault();
}
