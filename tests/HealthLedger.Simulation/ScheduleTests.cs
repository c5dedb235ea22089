using System.Text.RegularExpressions;
using HealthLedger.Simulation.Checks;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation;

/// <summary>The run that every build makes: many random schedules, each judged by the oracle and by liveness after the healing.</summary>
public sealed partial class ScheduleTests
{
    private const long SchedulesDefault = 200_000;

    [Fact]
    public void No_schedule_violates_an_invariant_or_fails_to_commit_what_was_accepted()
    {
        long count = long.TryParse(Environment.GetEnvironmentVariable("HEALTHLEDGER_SCHEDULES"), out long wanted) ? wanted : SchedulesDefault;
        Failure? failure = Runner.RunMany(first: 1, count);
        failure.Should().BeNull("replay it with: dotnet run --project tests/HealthLedger.Simulation -- --trace {0}", failure?.Seed);
    }

    [Fact]
    public void A_seed_replays_exactly()
    {
        for (ulong seed = 500; seed < 520; seed++)
        {
            (IReadOnlyList<string> first, int firstEvents) = Told(seed);
            (IReadOnlyList<string> second, int secondEvents) = Told(seed);
            second.Should().Equal(first);
            secondEvents.Should().Be(firstEvents);
        }
    }

    [Fact]
    public void Schedules_reach_what_they_are_meant_to_reach()
    {
        int withLiars = 0, withStops = 0, higherEpochs = 0, withThree = 0, joined = 0, retired = 0, asked = 0;
        for (ulong seed = 1; seed <= 400; seed++)
        {
            Plan plan = Plan.Of(seed);
            var trace = new Trace();
            Runner.Run(plan, null, trace, out _);
            if (plan.Liars != 0) withLiars++;
            if (plan.Changes.Length > 0 && trace.Lines.Any(line => line.Contains("votes Commit 2.", StringComparison.Ordinal))) withStops++;
            if (trace.Lines.Any(line => line.Contains("votes Commit 4.", StringComparison.Ordinal))) withThree++;
            if (trace.Lines.Any(line => Later().IsMatch(line))) joined++;
            if (trace.Lines.Any(line => line.EndsWith("retires", StringComparison.Ordinal))) retired++;
            if (trace.Lines.Any(line => line.Contains("asks for the configurations", StringComparison.Ordinal))) asked++;
            if (trace.Lines.Any(line => line.Contains("complains of 1.", StringComparison.Ordinal))) higherEpochs++;
        }
        withLiars.Should().BeGreaterThan(80);
        withStops.Should().BeGreaterThan(60, "a new configuration is reached");
        withThree.Should().BeGreaterThan(10, "three changes follow each other");
        joined.Should().BeGreaterThan(20, "who joins votes");
        retired.Should().BeGreaterThan(20, "who left is switched off");
        asked.Should().BeGreaterThan(10, "somebody hears of a configuration that it does not know");
        higherEpochs.Should().BeGreaterThan(150, "leaders change");
    }

    // Seven members at most begin.
    [GeneratedRegex("node [789] +votes Commit|node 1[0-9] +votes Commit")]
    private static partial Regex Later();

    private static (IReadOnlyList<string> Lines, int Events) Told(ulong seed)
    {
        var trace = new Trace();
        Runner.Run(Plan.Of(seed), null, trace, out int events).Should().BeNull();
        return (trace.Lines, events);
    }
}
