using System.Net;

namespace HealthLedger.Orleans.Hosting;

/// <summary>The cluster that a process belongs to.</summary>
public sealed record ClusterPlace
{
    /// <summary>The cluster's name; silos and clients of another are not let in. The network's name will do.</summary>
    public required string Cluster { get; init; }

    /// <summary>How to connect to the grain database. It may hold a password and is never logged.</summary>
    public required string Database { get; init; }

    /// <summary>Keys for mutual TLS; null only where nothing leaves the machine.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Says no secrets.</summary>
    public override string ToString() => Cluster;
}

/// <summary>Where a silo is reached.</summary>
/// <param name="Silo">By other silos.</param>
/// <param name="Gateway">By clients.</param>
public sealed record SiloAddresses(IPEndPoint Silo, IPEndPoint Gateway);
