using System.Text.Json.Nodes;
using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>
/// Members go to the next build one after another, old and new beside each other, each speaking the newest link protocol that both know; when all have, they decide the
/// next version of the rules, which the old build lacks.
/// </summary>
internal sealed class RollingUpgrade : FaultCase
{
    private const int NextRules = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly List<string> _wrong = [];

    public override string Name => "upgrade";

    public override string What => "members go to the next build one after another, then to the next version of the rules";

    public override WorldKind World => WorldKind.Upgrade;

    public override TimeSpan Lasts => TimeSpan.FromSeconds(1);

    public override async Task PrepareAsync(FaultWorld world)
    {
        long checkedFrom = 0;
        for (int member = 0; member < FaultWorld.MemberCount; member++)
        {
            await world.Members[member].StopAsync();
            await world.Members[member].StartAsync(world.TestBuild(member, "--next-build"));
            await world.LevelAsync(Limit);
            // Old and new decide together for a while.
            await world.ResumedAsync(FaultWorld.Now, Limit);
            long asked = FaultWorld.Now;
            JsonNode mixed = await world.VerifyAsync(world.Members, proofsOnly: false, patienceSeconds: 60, checkedFrom);
            checkedFrom = asked;
            if (!mixed["good"]!.GetValue<bool>()) _wrong.Add($"With {member + 1} members of the next build: {mixed["findings"]![0]!.ToJsonString()}");
        }
    }

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        JsonNode proposed = await world.MustAsync("admin", "configuration", "propose", "--rules", $"{NextRules}", "--folder", world.Members[0].Folder);
        string hash = proposed["hash"]!.GetValue<string>();
        await world.MustAsync("admin", "configuration", "approve", hash, "--folder", world.Members[1].Folder);
        world.Mark();
        await world.MustAsync("admin", "configuration", "approve", hash, "--folder", world.Members[2].Folder);
        return $"{FaultWorld.MemberCount} members stopped and started as the next build, then rules {NextRules} decided by three";
    }

    public override Task HealAsync(FaultWorld world)
    {
        world.Mark();
        return Task.CompletedTask;
    }

    public override async Task<IReadOnlyList<string>> CheckAsync(FaultWorld world)
    {
        JsonNode shown = await world.MustAsync("admin", "configuration", "show");
        if (shown["number"]!.GetValue<int>() != 1 || shown["rulesVersion"]!.GetValue<int>() != NextRules) _wrong.Add($"The configuration is not the one that was decided: {shown.ToJsonString()}");
        return _wrong;
    }
}
