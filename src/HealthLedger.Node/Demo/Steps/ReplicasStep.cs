using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The members are up and vote.</summary>
internal sealed class ReplicasStep : IStep
{
    private const string Voting = "Voting";

    /// <inheritdoc/>
    public string Title => "A consortium starts: every member checks and votes with its own key, on its own disk";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        NodeHealth?[] all = new NodeHealth?[world.Members.Count];
        bool voting = await Waiting.UntilAsync(async () =>
        {
            for (int i = 0; i < all.Length; i++) all[i] = await world.Members.HealthAsync(i, cancel);
            return all.All(health => health?.Shards.All(shard => shard.Mode == Voting) == true);
        }, cancel);
        Configuration members = world.Ledger.Network.Genesis.Configuration;
        IEnumerable<string> lines = all.Select((health, i) => $"[bold]{members.Members[i].Name}[/] {(health is null ? "is down" : $"votes on {health.Shards.Count(shard => shard.Mode == Voting)} shards")}");
        return new StepResult(voting, [.. lines, $"[grey]{members.N} members; {members.F} of them may lie or be dead. Every entry needs {members.Q} votes.[/]"]);
    }
}
