using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Mutants;

namespace HealthLedger.Simulation;

/// <summary>Every mistake of PROTOCOL section 4's list is noticed within a bounded number of schedules; the right rules pass the same ones.</summary>
public sealed class MutantTests
{
    private const int SchedulesMax = 20_000;
    private const int ControlSchedules = 400;

    public static TheoryData<string> Names => [.. MutantTable.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mutant_is_noticed(string name)
    {
        Mutant mutant = MutantTable.All.Single(candidate => candidate.Name == name);
        (Failure? noticed, long _) = Runner.Hunt(mutant, first: 1, SchedulesMax);
        noticed.Should().NotBeNull("\"{0}\" must not survive {1} schedules", name, SchedulesMax);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_right_rules_pass_the_schedules_of_a_mutant(string name)
    {
        Mutant mutant = MutantTable.All.Single(candidate => candidate.Name == name);
        (Failure? failure, long _) = Runner.Hunt(mutant.Control, first: 1, ControlSchedules);
        failure.Should().BeNull();
    }

    [Fact]
    public void More_liars_than_f_are_seen_to_break_agreement()
    {
        // The oracle is not blind: with two liars of four, members that follow every rule still fork.
        var tooMany = new Mutant("two liars of four", _ => Consensus.Replica.SafetyRules.Standard, plan => plan with
        {
            Members = 4, Liars = 0b0011, Lies = Liars.Lies.Equivocate | Liars.Lies.HideLock, Nemesis = 100, Changes = [],
            Acts = World.Acts.Partition | World.Acts.Crash,
        });
        (Failure? noticed, long _) = Runner.Hunt(tooMany, first: 1, SchedulesMax);
        noticed.Should().NotBeNull();
        noticed!.What.Should().NotStartWith("Not everything is committed");
    }
}
