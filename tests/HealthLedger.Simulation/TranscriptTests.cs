using HealthLedger.Simulation.Transcripts;

namespace HealthLedger.Simulation;

/// <summary>The scenarios under Transcripts/ are what the code does today. Write them anew with <c>--write-transcripts FOLDER</c> and review the difference.</summary>
public sealed class TranscriptTests
{
    public static TheoryData<string> Names => [.. Scenarios.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_transcript_tells_what_happens(string name)
    {
        Scenario scenario = Scenarios.All.Single(candidate => candidate.Name == name);
        string told = scenario.Tell();
        string kept = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Transcripts", scenario.FileName)).ReplaceLineEndings("\n");
        told.Split('\n').Should().Equal(kept.Split('\n'));
    }
}
