using HealthLedger.Protocol;

namespace HealthLedger.Orleans.Clients;

/// <summary>How a client of the cluster asks.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>The members to ask, by id: the one it prefers first, the others when that one does not answer.</summary>
    public required IReadOnlyList<Hash32> Members { get; init; }

    /// <summary>How long it goes on asking before the last fault is the answer. Default 30 s, as long as a submission may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after every member has been asked once. Default 50 ms, growing to 16 times that.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);
}
