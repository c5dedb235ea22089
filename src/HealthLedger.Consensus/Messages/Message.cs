namespace HealthLedger.Consensus.Messages;

/// <summary>
/// Anything a machine takes a step on: a call or answer of another member, or news from its own shell. <see cref="From"/> is the
/// member that the transport authenticated; for local news it is the own index. Immutable, so one object may go to many.
/// </summary>
public abstract record Message
{
    /// <summary>Index of the sender in the current configuration.</summary>
    public int From { get; init; }
}
