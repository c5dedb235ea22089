using HealthLedger.Simulation.Checks;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Liars;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Transcripts;

/// <summary>A scenario worth reading: a quiet network of four in which a script lets one thing go wrong.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Story">What happens, and what to look for.</param>
/// <param name="Script">Sets it up.</param>
internal sealed record Scenario(string Name, string Story, Action<SimWorld, Trace> Script)
{
    /// <summary>Members that lie.</summary>
    public uint Liars { get; init; }

    /// <summary>How.</summary>
    public Lies Lies { get; init; }

    /// <summary>Changes of members.</summary>
    public Change[] Changes { get; init; } = [];

    /// <summary>The file.</summary>
    public string FileName => $"{Name}.txt";

    /// <summary>Runs it and tells it; the oracle watches as always.</summary>
    public string Tell()
    {
        var plan = new Plan
        {
            Seed = 1, Members = 4, Shard = 4, Chaos = 10_000, Statements = 0, StatementsAfter = 0, Delay = 6, Liars = Liars, Lies = Lies, Changes = Changes,
        };
        var trace = new Trace();
        var world = new SimWorld(plan, null, trace);
        trace.Watch(world);
        Script(world, trace);
        world.Run();
        return string.Join('\n', ["# " + Name, .. Story.Split('\n').Select(line => "# " + line), .. trace.Lines, ""]);
    }
}
