using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The patient takes the record over from the steward.</summary>
internal sealed class ClaimStep : IStep
{
    /// <inheritdoc/>
    public string Title => "The patient claims the record with a wallet: from here on the hospital has no more rights than the patient grants";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        PatientWallet wallet = PatientWallet.ForClaim(world.Patient, world.Ledger.Random);
        Result<WrittenStatement> claimed = await new PatientRegistry(world.Ledger).ClaimAsync(world.Hospital, new PatientDirectory(world.Ledger, world.Hospital.Party), wallet, cancel);
        if (!claimed.IsOk) return StepResult.Bad($"The claim was refused: {claimed.Fault}");
        world.Wallet = wallet;
        return StepResult.Good("Every segment's key was replaced and sealed to the wallet in one atomic statement; the private keys never left it.");
    }
}
