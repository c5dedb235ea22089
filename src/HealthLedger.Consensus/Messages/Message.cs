namespace HealthLedger.Consensus.Messages;

/// <summary>
/// Anything a machine takes a step on: a call or answer of another member, or news from its own shell. <see cref="From"/> is the
/// member that the transport authenticated; for local news it is the own index. Immutable, so one object may go to many.
/// </summary>
public abstract record Message
{
    /// <summary>Index of the sender in <see cref="Config"/>.</summary>
    public int From { get; init; }

    /// <summary>The configuration that <see cref="From"/> is an index in, and so is the receiver that a <c>Send</c> of this message names.</summary>
    public int Config { get; init; }
}
