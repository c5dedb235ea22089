using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Liars;

namespace HealthLedger.Simulation.World;

/// <summary>What a schedule is made of, all of it drawn from its seed (or set by a directed test).</summary>
public sealed record Plan
{
    /// <summary>The seed of everything else.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Members of the first configuration, 1 to 7. They are the nodes from 0 on.</summary>
    public required int Members { get; init; }

    /// <summary>The shard's number.</summary>
    public required int Shard { get; init; }

    /// <summary>Milliseconds before everything heals.</summary>
    public required long Chaos { get; init; }

    /// <summary>Messages lost, of a thousand.</summary>
    public int Drop { get; init; }

    /// <summary>Messages doubled, of a thousand.</summary>
    public int Double { get; init; }

    /// <summary>Longest usual delay of a message, milliseconds.</summary>
    public int Delay { get; init; } = 12;

    /// <summary>Mean milliseconds between two acts of the nemesis; 0 for none.</summary>
    public int Nemesis { get; init; }

    /// <summary>Which acts the nemesis has.</summary>
    public Acts Acts { get; init; }

    /// <summary>Statements handed in before the healing.</summary>
    public int Statements { get; init; } = 8;

    /// <summary>Statements handed in after it.</summary>
    public int StatementsAfter { get; init; } = 3;

    /// <summary>Milliseconds before the healing in which no message passes at all.</summary>
    public int Outage { get; init; }

    /// <summary>Nodes that lie, as bits; those that join too.</summary>
    public uint Liars { get; init; }

    /// <summary>How they lie.</summary>
    public Lies Lies { get; init; }

    /// <summary>Changes of members during the schedule, each with a stop sign.</summary>
    public Change[] Changes { get; init; } = [];

    /// <summary>Draws a schedule.</summary>
    public static Plan Of(ulong seed, int? members = null)
    {
        var random = new SimRandom(seed ^ 0x5EED);
        int n = members ?? (random.Chance(700) ? random.Next(3, 6) : random.Next(1, 8));
        int f = (n - 1) / 3;
        uint liars = 0;
        if (f > 0 && random.Chance(650))
        {
            int count = random.Next(1, f + 1);
            while (System.Numerics.BitOperations.PopCount(liars) < count) liars |= 1u << random.Next(n);
            // Somebody who joins may lie, too.
            if (random.Chance(200)) liars |= 1u << random.Next(n, n + 3);
        }
        return new Plan
        {
            Seed = seed,
            Members = n,
            Shard = random.Next(0, 9),
            Chaos = random.Chance(500) ? random.Next(300, 1500) : random.Next(1500, 5000),
            Drop = random.Chance(400) ? 0 : random.Next(0, 200),
            Double = random.Chance(600) ? 0 : random.Next(0, 100),
            Delay = random.Chance(800) ? 12 : random.Next(20, 300),
            Nemesis = random.Chance(150) ? 0 : random.Next(40, 500),
            Acts = random.Chance(300) ? Acts.All : (Acts)(random.NextULong() & (ulong)Acts.All),
            Statements = random.Next(2, 20),
            StatementsAfter = random.Chance(800) ? 3 : 0,
            Outage = random.Chance(900) ? 0 : random.Next(1_000, 9_000),
            Liars = liars,
            Lies = liars == 0 ? Lies.None : random.Chance(200) ? Lies.All & ~Lies.Silent : (Lies)(random.NextULong() & random.NextULong() & (ulong)Lies.All),
            Changes = random.Chance(300) ? DrawChanges(random) : [],
        };
    }

    /// <summary>Draws one to three changes, in the order of time.</summary>
    public static Change[] DrawChanges(SimRandom random)
    {
        var changes = new Change[random.Next(1, 4)];
        for (int i = 0; i < changes.Length; i++)
        {
            Changes kinds = random.Chance(150) ? World.Changes.None : (Changes)(random.NextULong() & (ulong)World.Changes.All);
            if (!random.Chance(200)) kinds &= ~World.Changes.Turnover;
            changes[i] = new Change(kinds, random.NextULong(), random.Next(1000));
        }
        return [.. changes.OrderBy(change => change.At)];
    }
}

/// <summary>What the nemesis may do.</summary>
[Flags]
public enum Acts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Stop a node between two effects and start it again.</summary>
    Crash = 1,

    /// <summary>Cut links, some in one direction only.</summary>
    Partition = 2,

    /// <summary>Set a clock wrong.</summary>
    Skew = 4,

    /// <summary>Stop a node for a while without its noticing.</summary>
    Pause = 8,

    /// <summary>A second activation of a shard actor leads too.</summary>
    SecondActivation = 16,

    /// <summary>Damage one of the two vote log files.</summary>
    Damage = 32,

    /// <summary>Truncate the store of blocks.</summary>
    LoseStore = 64,

    /// <summary>Put back an old copy of both vote log files, or lose both; the member counts as one of the f.</summary>
    RestoreLog = 128,

    /// <summary>The shard actor restarts without its replica.</summary>
    ActorRestart = 256,

    /// <summary>Orderly hand-over.</summary>
    HandOver = 512,

    /// <summary>The directory changes.</summary>
    Directory = 1024,

    /// <summary>All of them.</summary>
    All = 2047,
}
