using System.Net;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The clinic asks without a grant, and the denial is an entry.</summary>
internal sealed class DeniedStep : IStep
{
    /// <inheritdoc/>
    public string Title => "A clinic asks to read without consent";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        FhirDoor.Answer answer = await world.ClinicDoor.GetAsync($"Condition?patient={world.Patient.ToString().Split(':')[^1]}", "dr-okafor", cancel);
        if (answer.Status != HttpStatusCode.Forbidden) return StepResult.Bad($"It was not refused: {answer.Reason}");
        IReadOnlyList<LogLine> log = await AccessLog.ReadAsync(world, world.Hospital.StewardOf(world.Patient), cancel);
        bool onLedger = log.Any(line => line.Outcome == "denied" && line.Who == world.NameOf(world.Clinic.Did.ToString()));
        return new StepResult(onLedger && answer.ReceiptLink is not null,
            [$"[red]403[/] {Spectre.Console.Markup.Escape(answer.Reason)}", onLedger ? "The denial is an entry of the ledger, and the patient will see it." : "The denial is not on the log."]);
    }
}
