using HealthLedger.Client.Consent;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The patient grants a part of the record for a day.</summary>
internal sealed class GrantStep : IStep
{
    /// <inheritdoc/>
    public string Title => "The patient grants the clinic: general, allergies and medications, for treatment, for 24 hours";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        long now = world.Ledger.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Result<Id16> grant = await world.PatientConsents().GrantAsync(new GrantTerms
        {
            Grantee = world.Clinic.Did,
            Labels = ["general", "allergies", "medications"],
            Purposes = [Purpose.Treatment],
            From = now,
            Until = now + 86_400_000,
        }, cancel);
        if (!grant.IsOk) return StepResult.Bad($"The grant was refused: {grant.Fault}");
        world.Grant = grant.Value;
        return StepResult.Good("It ends by itself to the millisecond of block time; laboratory, mental health and all the rest stay closed.");
    }
}
