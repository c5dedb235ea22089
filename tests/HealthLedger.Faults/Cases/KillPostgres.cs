using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary><c>kill -9</c> of PostgreSQL, which keeps snapshots and caches only.</summary>
internal sealed class KillPostgres : FaultCase
{
    public override string Name => "kill-postgres";

    public override string What => "kill -9 of PostgreSQL, all its processes; started again";

    public override Task<string?> MissingAsync(FaultWorld world) => Task.FromResult(world.Postgres is null ? "PostgreSQL" : null);

    public override async Task<string> InjectAsync(FaultWorld world)
    {
        world.Mark();
        await world.Postgres!.KillAsync();
        return "kill -9 of PostgreSQL";
    }

    public override async Task HealAsync(FaultWorld world)
    {
        world.Mark();
        await world.Postgres!.StartAsync();
    }
}
