namespace HealthLedger.Protocol.Votes;

/// <summary>
/// A turn at leading a shard (PROTOCOL section 4): the configuration, then a counter within it. Ordered by configuration first.
/// A counter of first - 1 stands for "none yet", so -1 is legal in memory; it is never signed.
/// </summary>
/// <param name="Config">The configuration whose members vote.</param>
/// <param name="Counter">The member <c>counter mod n</c> leads.</param>
public readonly record struct Epoch(int Config, long Counter) : IComparable<Epoch>
{
    /// <summary>The member that leads this epoch among <paramref name="members"/>.</summary>
    public int LeaderAmong(int members) => (int)(Counter % members);

    /// <summary>The first epoch of a shard under a configuration of <paramref name="members"/>: its counter is the shard's number mod n.</summary>
    public static Epoch First(int config, int shard, int members) => new(config, shard % members);

    /// <summary>The epoch after this one in the same configuration.</summary>
    public Epoch Next => this with { Counter = Counter + 1 };

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Config != other.Config ? Config.CompareTo(other.Config) : Counter.CompareTo(other.Counter);

    /// <summary>Later than the other.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.CompareTo(right) > 0;

    /// <summary>Earlier than the other.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.CompareTo(right) < 0;

    /// <summary>Not earlier than the other.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.CompareTo(right) >= 0;

    /// <summary>Not later than the other.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.CompareTo(right) <= 0;

    /// <summary>Configuration and counter with a dot between, as transcripts and logs print it.</summary>
    public override string ToString() => $"{Config}.{Counter}";
}
