using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>A leader that stands still and wakes up believing that it leads: SIGSTOP, SIGCONT.</summary>
internal sealed class PauseLeader : FaultCase
{
    private int _leader;

    public override string Name => "pause-leader";

    public override string What => "SIGSTOP of a leader; SIGCONT when others lead";

    public override bool IsShort => true;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        _leader = await world.LeaderOfAsync(world.AnyShard());
        string leads = await world.LeadsAsync(_leader);
        world.Mark();
        await world.Members[_leader].PauseAsync();
        return $"SIGSTOP of member {_leader}, {leads}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        world.Mark();
        await world.Members[_leader].ContinueAsync();
    }
}
