using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol.Events;
using HealthLedger.Storage;
using HealthLedger.Validator;

namespace HealthLedger.Actors.Network;

/// <summary>A network of several members in one process: what is fixed at its first start, and how it runs.</summary>
public sealed record StandaloneOptions
{
    /// <summary>Most members in one process.</summary>
    public const int MembersMax = 7;

    /// <summary>Roles that make an organization a full care provider.</summary>
    public const OrganizationRoles CareProvider = OrganizationRoles.Provider | OrganizationRoles.Laboratory | OrganizationRoles.Pharmacy | OrganizationRoles.Emergency;

    /// <summary>The network's name; at the first start only.</summary>
    public string Network { get; init; } = "standalone";

    /// <summary>Shards, the directory not counted; at the first start only.</summary>
    public int Shards { get; init; } = 4;

    /// <summary>Names of the members, in order; beyond the list they are numbered. At the first start only.</summary>
    public IReadOnlyList<string> MemberNames { get; init; } = ["Riverside Hospital", "Northgate Hospital", "Central Laboratory", "Public Health Agency"];

    /// <summary>Organizations beside the members; at the first start only.</summary>
    public IReadOnlyList<OrganizationPlan> Organizations { get; init; } =
    [
        new OrganizationPlan("Oakwood Clinic", CareProvider),
        new OrganizationPlan("Meridian Insurance", OrganizationRoles.Payer),
    ];

    /// <summary>Use of disk and memory by each member.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>How shard actors batch and lead.</summary>
    public LedgerShardOptions Shard { get; init; } = new();

    /// <summary>Whether the shard actors live elsewhere, in a cluster's silos: members then come without any.</summary>
    public bool ShardsElsewhere { get; init; }

    /// <summary>How a replica runs; its folder and storage are set by the network.</summary>
    public ReplicaOptions Replica { get; init; } = new() { Folder = "" };
}

/// <summary>An organization to be founded with the network.</summary>
/// <param name="Name">1 to 100 bytes.</param>
/// <param name="Roles">At least one.</param>
public sealed record OrganizationPlan(string Name, OrganizationRoles Roles);
