namespace HealthLedger.Validator.Telemetry;

/// <summary>When one block reached each of its stages at this member: timestamps of the replica's clock, 0 for a stage that it did not pass here.</summary>
public sealed class BlockTimes
{
    /// <summary>It came, or began to be built here.</summary>
    public long Arrived { get; internal set; }

    /// <summary>Its signatures were verified, and all that it names was here.</summary>
    public long Gathered { get; internal set; }

    /// <summary>The rules had run.</summary>
    public long Executed { get; internal set; }

    /// <summary>The prepare vote was decided on, to leave with the next flush.</summary>
    public long Voted { get; internal set; }

    /// <summary>The leader showed that a quorum had prepared it.</summary>
    public long Locked { get; internal set; }

    /// <summary>It was certified, by a certificate of its own or of a descendant.</summary>
    public long Committed { get; internal set; }

    /// <summary>The certificate was durable here.</summary>
    public long Durable { get; internal set; }

    /// <summary>It was built by this member.</summary>
    public bool IsOwn { get; internal set; }

    /// <summary>The stages that it passed here, in order, each with its beginning and end.</summary>
    public IEnumerable<(string Stage, long From, long To)> Stages()
    {
        if (!IsOwn && Passed(Arrived, Gathered)) yield return ("gather", Arrived, Gathered);
        if (Passed(IsOwn ? Arrived : Gathered, Executed)) yield return (IsOwn ? "build" : "execute", IsOwn ? Arrived : Gathered, Executed);
        if (Passed(Voted, Locked)) yield return ("prepare", Voted, Locked);
        if (Passed(Locked, Committed)) yield return ("commit", Locked, Committed);
        if (Passed(Committed, Durable)) yield return ("flush", Committed, Durable);
    }

    private static bool Passed(long from, long to) => from != 0 && to >= from;
}
