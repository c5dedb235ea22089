using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>
/// One member runs as the test build, which behaves until it is told otherwise: then it lies, has a wrong clock, or mistreats its messages. Later it is the
/// product's node again.
/// </summary>
/// <param name="name">The case's name.</param>
/// <param name="what">What the member does.</param>
/// <param name="leads">Whether it is to lead a shard when it begins.</param>
/// <param name="arguments">The test build's.</param>
internal sealed class TestMember(string name, string what, bool leads, params string[] arguments) : FaultCase
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private int _member;
    private string _switch = "";

    public override string Name => name;

    public override string What => $"a member {what}";

    public override bool IsShort => name is "lie-equivocates" or "clock-ahead";

    public override TimeSpan Lasts => TimeSpan.FromSeconds(8);

    public override int? Aside => _member;

    public override async Task PrepareAsync(FaultWorld world)
    {
        _member = world.Pick(1)[0];
        _switch = world.NewSwitch(_member);
        await world.Members[_member].StopAsync();
        await world.Members[_member].StartAsync(world.TestBuild(_member, [.. arguments, "--when", _switch]));
        await world.LevelAsync(Limit);
        // Whoever leads hands over to the next in turn, until it is this one's.
        for (int turn = 0; leads && turn < FaultWorld.MemberCount && !await world.LeadsSomethingAsync(_member); turn++)
        {
            int before = (_member + FaultWorld.MemberCount - 1) % FaultWorld.MemberCount;
            int leader = await world.LeadsSomethingAsync(before) ? before : await world.LeaderOfAsync(world.AnyShard());
            await world.Members[leader].StopAsync();
            await world.ResumedAsync(FaultWorld.Now, Limit);
            await world.Members[leader].StartAsync();
            await world.LevelAsync(Limit);
        }
    }

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        string shards = await world.LeadsAsync(_member);
        world.Mark();
        await File.WriteAllTextAsync(_switch, "");
        return $"member {_member} {what}; {shards}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        File.Delete(_switch);
        await world.Members[_member].StopAsync();
        world.Mark();
        await world.Members[_member].StartAsync();
    }
}
