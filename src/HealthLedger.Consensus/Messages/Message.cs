namespace HealthLedger.Consensus.Messages;

/// <summary>
/// Anything a machine takes a step on: a call or answer of another member, or news from its own shell. <see cref="From"/> is the
/// member that the transport authenticated; for local news it is the own index. Immutable, so one object may go to many.
/// </summary>
public abstract record Message
{
    /// <summary>The configuration that <see cref="From"/>, and the receiver of an outgoing message, are indices in.</summary>
    public int Config { get; init; }

    /// <summary>
    /// Index of the sender in <see cref="Config"/>; -1 in a <see cref="DecideCall"/> of one who is not in it, where nobody looks at it.
    /// </summary>
    public int From { get; init; }
}
