using System.Text.Json;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The clinic reads what was granted, and nothing else.</summary>
internal sealed class ReadStep : IStep
{
    /// <inheritdoc/>
    public string Title => "The clinic reads: decided by every replica, committed, and only then decrypted";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        string id = world.Patient.ToString().Split(':')[^1];
        FhirDoor.Answer conditions = await world.ClinicDoor.GetAsync($"Condition?patient={id}", "dr-okafor", cancel);
        FhirDoor.Answer medications = await world.ClinicDoor.GetAsync($"MedicationRequest?patient={id}", "dr-okafor", cancel);
        FhirDoor.Answer laboratory = await world.ClinicDoor.GetAsync($"Observation?patient={id}&category=laboratory", "dr-okafor", cancel);
        if (!conditions.IsGood) return StepResult.Bad($"It was refused: {conditions.Reason}");
        world.ReceiptLink = conditions.ReceiptLink;
        int hidden = laboratory.IsGood ? Entries(laboratory) : 0;
        List<string> lines = [$"{Entries(conditions)} conditions and {(medications.IsGood ? Entries(medications) : 0)} prescriptions, {hidden} laboratory results"];
        lines.AddRange(Texts(conditions).Take(3).Select(text => $"  [grey]·[/] {Spectre.Console.Markup.Escape(text)}"));
        return new StepResult(medications.IsGood && Entries(conditions) + Entries(medications) > 0 && hidden == 0 && conditions.ReceiptLink is not null, lines);
    }

    private static int Entries(FhirDoor.Answer answer) =>
        answer.Body.TryGetProperty("entry", out JsonElement entries) ? entries.EnumerateArray().Count(entry => entry.GetProperty("resource").GetProperty("resourceType").GetString() != "OperationOutcome") : 0;

    private static IEnumerable<string> Texts(FhirDoor.Answer answer) =>
        answer.Body.TryGetProperty("entry", out JsonElement entries)
            ? entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))
                .Where(resource => resource.TryGetProperty("code", out _))
                .Select(resource => resource.GetProperty("code").TryGetProperty("text", out JsonElement text) ? text.GetString()! : resource.GetProperty("code").GetProperty("coding")[0].GetProperty("display").GetString()!)
            : [];
}
