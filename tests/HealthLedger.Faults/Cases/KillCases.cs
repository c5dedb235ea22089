using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary><c>kill -9</c> of one member.</summary>
internal sealed class KillMember(int member) : FaultCase
{
    public override string Name => $"kill-{member}";

    public override string What => $"kill -9 of member {member}, started again";

    public override bool IsShort => member == 0;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        string leads = await world.LeadsAsync(member);
        world.Mark();
        await world.Members[member].KillAsync();
        return $"kill -9 of member {member}, {leads}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        world.Mark();
        await world.Members[member].StartAsync();
    }
}

/// <summary><c>kill -9</c> of two members at once: nothing can be committed, everything can be read.</summary>
internal sealed class KillTwo : FaultCase
{
    private int[] _killed = [];

    public override string Name => "kill-two";

    public override string What => "kill -9 of two members at once: writes pause, proofs are read; both started again";

    public override bool CommitsGoOn => false;

    public override bool IsShort => true;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        _killed = world.Pick(2);
        world.Mark();
        await Task.WhenAll(_killed.Select(member => world.Members[member].KillAsync()));
        return $"kill -9 of members {_killed[0]} and {_killed[1]}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        world.Mark();
        await Task.WhenAll(_killed.Select(member => world.Members[member].StartAsync()));
    }
}

/// <summary><c>kill -9</c> of all members at once, as a power cut.</summary>
internal sealed class KillAll : FaultCase
{
    public override string Name => "kill-all";

    public override string What => "kill -9 of all members at once; all started again";

    public override bool CommitsGoOn => false;

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        world.Mark();
        await Task.WhenAll(world.Members.Select(member => member.KillAsync()));
        return "kill -9 of all members";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        world.Mark();
        await Task.WhenAll(world.Members.Select(member => member.StartAsync()));
    }
}

/// <summary>A member ends in good order, as for a new build, and comes back.</summary>
internal sealed class RestartMember(int member) : FaultCase
{
    public override string Name => $"restart-{member}";

    public override string What => $"SIGTERM to member {member}: it hands over and ends; started again";

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        string leads = await world.LeadsAsync(member);
        world.Mark();
        await world.Members[member].StopAsync();
        return $"SIGTERM to member {member}, {leads}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        world.Mark();
        await world.Members[member].StartAsync();
    }
}
