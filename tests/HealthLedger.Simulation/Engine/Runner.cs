using HealthLedger.Consensus;
using HealthLedger.Simulation.Checks;
using HealthLedger.Simulation.Mutants;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Engine;

/// <summary>A schedule that failed: its seed says everything else.</summary>
public sealed record Failure(ulong Seed, string What, int Events);

/// <summary>Runs schedules, one seed each.</summary>
public static class Runner
{
    /// <summary>Runs one schedule; null when nothing is wrong with it.</summary>
    public static Failure? Run(ulong seed, out int events) => Run(Plan.Of(seed), null, null, out events);

    internal static Failure? Run(Plan plan, Mutant? mutant, Trace? trace, out int events)
    {
        var world = new SimWorld(plan, mutant, trace);
        trace?.Watch(world);
        try
        {
            world.Run();
            events = world.Events;
            return null;
        }
        catch (Exception failure) when (failure is Violation or InvariantViolation)
        {
            events = world.Events;
            return new Failure(plan.Seed, failure.Message, world.Events);
        }
        catch (Exception failure)
        {
            // A bug of another kind; without its seed nobody would find it again.
            events = world.Events;
            return new Failure(plan.Seed, failure.ToString(), world.Events);
        }
    }

    /// <summary>Runs a mutant until it is noticed, one schedule after the other; how many that took.</summary>
    internal static (Failure? Noticed, long Schedules) Hunt(Mutant mutant, ulong first, long limit)
    {
        for (long i = 0; i < limit; i++)
        {
            Plan plan = mutant.Shape(Plan.Of(first + (ulong)i));
            if (Run(plan, mutant, null, out _) is { } failure) return (failure, i + 1);
        }
        return (null, limit);
    }

    /// <summary>Runs <paramref name="count"/> schedules from <paramref name="first"/> on all cores; stops at the first failure found.</summary>
    public static Failure? RunMany(ulong first, long count, Action<long>? progress = null)
    {
        Failure? found = null;
        long done = 0;
        Parallel.For(0L, count, (i, loop) =>
        {
            Failure? failure = Run(first + (ulong)i, out _);
            if (failure is not null)
            {
                Interlocked.CompareExchange(ref found, failure, null);
                loop.Stop();
            }
            long now = Interlocked.Increment(ref done);
            if ((now & 255) == 0) progress?.Invoke(now);
        });
        return found;
    }
}
