using HealthLedger.Actors.Network;
using HealthLedger.Consensus.Effects;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The members are up and vote.</summary>
internal sealed class ReplicasStep : IStep
{
    /// <inheritdoc/>
    public string Title => "A consortium starts: every member checks and votes with its own key, on its own disk";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        bool voting = await Waiting.UntilAsync(() => Enumerable.Range(0, world.Network.Count).All(i => world.Network.Member(i)?.Replica.Health.IsVoting == true), cancel);
        List<string> lines = [];
        for (int i = 0; i < world.Network.Count; i++)
        {
            StandaloneMember? member = world.Network.Member(i);
            string state = member?.Replica.Health is { } health ? $"votes on {health.Shards.Count(shard => shard.Mode == ReplicaMode.Voting)} shards" : "is down";
            lines.Add($"[bold]{world.Network.Genesis.Configuration.Members[i].Name}[/] {state}");
        }
        lines.Add($"[grey]{world.Network.Count} members; {world.Network.Genesis.Configuration.F} of them may lie or be dead. Every entry needs {world.Network.Genesis.Configuration.Q} votes.[/]");
        return new StepResult(voting, lines);
    }
}
