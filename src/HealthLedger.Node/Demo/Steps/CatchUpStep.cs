using HealthLedger.Fhir.Synthetic;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>A replica is stopped, the others go on, and it catches up.</summary>
internal sealed class CatchUpStep : IStep
{
    /// <inheritdoc/>
    public string Title => "A replica is stopped while the hospital goes on writing, and catches up";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        int down = world.Network.Count - 1;
        if (down < 3) return StepResult.Good("[grey]Left out: with fewer than four members all of them are needed, or none may lie.[/]");
        await world.Nodes.StopMemberAsync(down);
        SyntheticPatient patient = SyntheticPatients.Generate(world.Seed + 1, 1).First();
        foreach (SyntheticVisit visit in patient.Visits.TakeLast(4))
        {
            FhirDoor.Answer answer = await world.HospitalDoor.PostBundleAsync(visit.Bundle.ToUtf8Bytes(), cancel);
            if (!answer.IsGood) return StepResult.Bad($"With one replica down a visit was refused: {answer.Reason}");
        }
        if (await world.Nodes.StartMemberAsync(down) is { } fault) return StepResult.Bad($"It does not start again: {fault}");
        bool level = await Waiting.UntilAsync(() => Behind(world, down) == 0, cancel);
        return new StepResult(level, [$"{world.Network.Genesis.Configuration.Members[down].Name} was down; 4 visits were committed without it. It fetched what it missed, checked it, and is level again."]);

        static long Behind(DemoWorld world, int member) =>
            world.Network.Member(member) is not { } up ? long.MaxValue
                : Enumerable.Range(0, up.Replica.ShardCount).Sum(shard => Math.Max(0, world.Network.Member(0)!.Replica.TipOf(shard).Info.Height - up.Replica.TipOf(shard).Info.Height));
    }
}
