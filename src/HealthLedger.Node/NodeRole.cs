namespace HealthLedger.Node;

/// <summary>What a process is.</summary>
internal static class NodeRole
{
    /// <summary>A whole network in one process.</summary>
    public const string Standalone = "standalone";

    /// <summary>One member's validator, shard actors and doors.</summary>
    public const string Member = "member";

    /// <summary>Doors only, in front of members' nodes elsewhere.</summary>
    public const string Gateway = "gateway";

    /// <summary>One member's validator, its actors as grains in a cluster's silo, and doors.</summary>
    public const string Silo = "silo";

    /// <summary>Doors only, in front of a cluster of silos.</summary>
    public const string ClusterGateway = "cluster-gateway";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Standalone, Member, Gateway, Silo, ClusterGateway];
}
