using System.Net;

namespace HealthLedger.Node;

/// <summary>How a node is started. Every value has been checked.</summary>
internal sealed record NodeOptions
{
    /// <summary>How many ports lie between links, silo and gateway of one process, where they are not given.</summary>
    public const int PortStep = 1_000;

    /// <summary>What the process is; one of <see cref="NodeRole"/>.</summary>
    public string Role { get; init; } = NodeRole.Standalone;

    /// <summary>Where keys, ledger and vault live.</summary>
    public required string Data { get; init; }

    /// <summary>Members of the standalone network.</summary>
    public int Members { get; init; } = 4;

    /// <summary>Shards beside the directory, of a standalone network.</summary>
    public int Shards { get; init; } = 4;

    /// <summary>Requests and statements that take longer say in the log where the time went.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the doors listen.</summary>
    public required Uri Url { get; init; }

    /// <summary>Where clients reach the doors; null where that is <see cref="Url"/>.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Where other members reach this one; null takes address and port from the genesis.</summary>
    public IPEndPoint? Links { get; init; }

    /// <summary>The members' nodes behind a gateway, the preferred first.</summary>
    public IReadOnlyList<Uri> Nodes { get; init; } = [];

    /// <summary>How to connect to the grain database of a cluster; null in other roles. It may hold a password.</summary>
    public string? ClusterDatabase { get; init; }

    /// <summary>Where a silo is reached by silos, and <see cref="PortStep"/> ports above by clients; null: that many above its links.</summary>
    public IPEndPoint? SiloAddress { get; init; }

    /// <summary>The PEM file with the private key by which a cluster's client is known.</summary>
    public string? ClusterKey { get; init; }

    /// <summary>The file that lists further keys of the cluster's silos and clients.</summary>
    public string? ClusterTrust { get; init; }
}
