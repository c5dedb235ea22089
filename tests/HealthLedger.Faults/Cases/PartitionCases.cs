using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>The network between namespaces cuts members off from all others, or the members into two groups.</summary>
/// <param name="name">Its name.</param>
/// <param name="off">How many are cut off.</param>
/// <param name="together">Whether they still reach each other.</param>
/// <param name="goesOn">Whether a quorum is left.</param>
internal sealed class Partition(string name, int off, bool together, bool goesOn) : FaultCase
{
    public override string Name => name;

    public override string What => $"{off} of 4 members cut off in both directions{(off > 1 ? together ? ", together" : ", each alone" : "")}, in network namespaces";

    public override WorldKind World => WorldKind.Namespaces;

    public override bool CommitsGoOn => goesOn;

    public override bool IsShort => goesOn;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        int[] cut = world.Pick(off);
        int[] rest = [.. Enumerable.Range(0, world.Members.Count).Except(cut)];
        world.Mark();
        await world.Network!.CutApartAsync(cut, rest);
        if (!together)
            for (int i = 0; i < cut.Length; i++) await world.Network!.CutApartAsync([cut[i]], cut[(i + 1)..]);
        return $"members {string.Join(", ", cut)} cut off{(off > 1 ? together ? " together" : " each alone" : "")} from {string.Join(", ", rest)}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        await world.Network!.HealAsync();
        world.Mark();
    }
}

/// <summary>What a leader sends arrives nowhere, what others send arrives at it.</summary>
internal sealed class OneWay : FaultCase
{
    public override string Name => "partition-one-way";

    public override string What => "nothing that one leader sends arrives; it still receives packets";

    public override WorldKind World => WorldKind.Namespaces;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        int leader = await world.LeaderOfAsync(world.AnyShard());
        string leads = await world.LeadsAsync(leader);
        world.Mark();
        foreach (int other in Enumerable.Range(0, world.Members.Count).Where(other => other != leader)) await world.Network!.CutAsync(leader, other);
        return $"nothing sent by member {leader} arrives, {leads}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        await world.Network!.HealAsync();
        world.Mark();
    }
}

/// <summary>Two members that both lead cannot hear each other; both hear the others.</summary>
internal sealed class PairCut : FaultCase
{
    public override string Name => "partition-pair";

    public override string What => "two members cannot reach each other, both reach the others";

    public override WorldKind World => WorldKind.Namespaces;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        int[] pair = world.Pick(2);
        world.Mark();
        await world.Network!.CutApartAsync([pair[0]], [pair[1]]);
        return $"members {pair[0]} and {pair[1]} cannot reach each other";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        await world.Network!.HealAsync();
        world.Mark();
    }
}
