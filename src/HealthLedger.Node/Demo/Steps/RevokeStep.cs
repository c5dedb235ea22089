using System.Net;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The patient revokes, and the clinic is refused.</summary>
internal sealed class RevokeStep : IStep
{
    /// <inheritdoc/>
    public string Title => "The patient revokes: one entry ends the grant and replaces the keys; the clinic is refused";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        Result<WrittenStatement> revoked = await world.PatientConsents().RevokeAsync(world.Grant, cancel);
        if (!revoked.IsOk) return StepResult.Bad($"The revocation was refused: {revoked.Fault}");
        FhirDoor.Answer answer = await world.ClinicDoor.GetAsync($"Condition?patient={world.Patient.ToString().Split(':')[^1]}", "dr-okafor", cancel);
        return new StepResult(answer.Status == HttpStatusCode.Forbidden,
            [$"[red]{(int)answer.Status}[/] {Spectre.Console.Markup.Escape(answer.Reason)}", "[grey]What was read before cannot be taken back; nothing newer can be opened.[/]"]);
    }
}
