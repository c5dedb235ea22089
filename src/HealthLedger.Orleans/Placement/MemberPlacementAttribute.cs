using Orleans.Placement;

namespace HealthLedger.Orleans.Placement;

/// <summary>Pins grains whose key begins with a member to the silo that hosts that member's validator.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MemberPlacementAttribute() : PlacementFilterAttribute(new MemberPlacementFilter());

/// <summary>The filter's mark in a grain's properties.</summary>
public sealed class MemberPlacementFilter() : PlacementFilterStrategy(0);
