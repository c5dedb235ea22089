using HealthLedger.Actors.Nodes;
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
        int down = world.Members.Count - 1;
        if (down < 3) return StepResult.Good("[grey]Left out: with fewer than four members all of them are needed, or none may lie.[/]");
        if (await world.Members.StopAsync(down, cancel) is { } kept) return StepResult.Bad($"It does not stop: {kept}");
        SyntheticPatient patient = SyntheticPatients.Generate(world.Seed + 1, 1).First();
        foreach (SyntheticVisit visit in patient.Visits.TakeLast(4))
        {
            FhirDoor.Answer answer = await world.HospitalDoor.PostBundleAsync(visit.Bundle.ToUtf8Bytes(), cancel);
            if (!answer.IsGood) return StepResult.Bad($"With one replica down a visit was refused: {answer.Reason}");
        }
        if (await world.Members.StartAsync(down, cancel) is { } fault) return StepResult.Bad($"It does not start again: {fault}");
        bool level = await Waiting.UntilAsync(async () => await BehindAsync(world, down, cancel) == 0, cancel);
        return new StepResult(level, [$"{world.Ledger.Network.Genesis.Configuration.Members[down].Name} was down; 4 visits were committed without it. It fetched what it missed, checked it, and is level again."]);
    }

    // The one that was down is asked last: what the other commits meanwhile only makes it look further behind.
    private static async Task<long> BehindAsync(DemoWorld world, int member, CancellationToken cancel)
    {
        if (await world.Members.HealthAsync(0, cancel) is not { } other || await world.Members.HealthAsync(member, cancel) is not { Ready: true } own) return long.MaxValue;
        return own.Shards.Sum(shard => Math.Max(0, Height(other, shard.Shard) - shard.Height));
    }

    private static long Height(NodeHealth health, int shard) => health.Shards.First(each => each.Shard == shard).Height;
}
