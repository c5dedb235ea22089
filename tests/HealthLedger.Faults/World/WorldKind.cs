namespace HealthLedger.Faults.World;

/// <summary>What the members' network is made of.</summary>
internal enum WorldKind
{
    /// <summary>Loopback, with a proxy before each member's links.</summary>
    Loopback,

    /// <summary>A network namespace for each member.</summary>
    Namespaces,

    /// <summary>Loopback; the members end as the next build, so no other fault follows.</summary>
    Upgrade,
}
