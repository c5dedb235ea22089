using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>One member's disk is full: its replica ends rather than vote for what it cannot keep; with room again the member is started again.</summary>
internal sealed class FullDisk : FaultCase
{
    public override string Name => "disk-full";

    public override string What => "one member's disk is full; later there is room, and it is started again";

    public override TimeSpan Lasts => TimeSpan.FromSeconds(8);

    public override Task<string?> MissingAsync(FaultWorld world) => Task.FromResult(world.Disk is null ? "the right to mount a small disk (root)" : null);

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        string leads = await world.LeadsAsync(FaultWorld.SmallDiskMember);
        world.Mark();
        await world.Disk!.FillAsync();
        return $"the disk of member {FaultWorld.SmallDiskMember} is full, {leads}";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        await world.Members[FaultWorld.SmallDiskMember].KillAsync();
        world.Disk!.Free();
        world.Mark();
        await world.Members[FaultWorld.SmallDiskMember].StartAsync();
    }
}
