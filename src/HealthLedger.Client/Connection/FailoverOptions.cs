using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Connection;

/// <summary>How <see cref="FailoverConnection"/> goes from node to node.</summary>
public sealed record FailoverOptions
{
    /// <summary>How long one node may take for one call before the next is asked.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a node that failed is asked last.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told each failure of a node that the next one was asked after: which node, by its place in the list, and why. Called from any thread.</summary>
    public Action<int, Fault>? Failed { get; init; }
}
