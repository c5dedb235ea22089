using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>A proxy before a member's links, or before everybody's, treats what goes through it badly.</summary>
internal sealed class ProxyFault(string name, string what, bool everybody, ProxyManner manner) : FaultCase
{
    private int[] _behind = [];

    public override string Name => name;

    public override string What => what;

    public override TimeSpan Lasts => TimeSpan.FromSeconds(8);

    public override Task<string> InjectAsync(FaultWorld world)
    {
        _behind = everybody ? [.. Enumerable.Range(0, world.Members.Count)] : world.Pick(1);
        world.Mark();
        foreach (int member in _behind) world.Proxies[member].Manner = manner;
        return Task.FromResult($"{what}, before member{(everybody ? "s" : "")} {string.Join(", ", _behind)}");
    }

    public override Task HealAsync(FaultWorld world)
    {
        foreach (int member in _behind) world.Proxies[member].Manner = ProxyManner.Plain;
        world.Mark();
        return Task.CompletedTask;
    }
}
