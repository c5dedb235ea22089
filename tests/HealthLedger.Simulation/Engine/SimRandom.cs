namespace HealthLedger.Simulation.Engine;

/// <summary>The only source of chance in a schedule: splitmix64, so that a seed means the same on every platform and version.</summary>
public sealed class SimRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong NextULong()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>A number from 0 to below <paramref name="below"/>.</summary>
    public int Next(int below) => (int)((NextULong() >> 32) * (ulong)below >> 32);

    /// <summary>A number from <paramref name="from"/> to below <paramref name="below"/>.</summary>
    public int Next(int from, int below) => from + Next(below - from);

    /// <summary>True in so many of a thousand cases.</summary>
    public bool Chance(int perMille) => perMille > 0 && Next(1000) < perMille;

    /// <summary>Scrambles 64 bits.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
