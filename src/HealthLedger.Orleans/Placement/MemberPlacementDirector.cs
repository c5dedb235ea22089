using HealthLedger.Orleans.Grains;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace HealthLedger.Orleans.Placement;

/// <summary>
/// Leaves of all silos those that declare the member in the grain's key as theirs. While there is none, placing the grain fails at once, and the caller
/// goes to another member.
/// </summary>
internal sealed class MemberPlacementDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    /// <summary>The silo's metadata entry that names its member.</summary>
    public const string MetadataKey = "healthledger-member";

    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        if (GrainKey.MemberOf(target.GrainIdentity.Key.ToString()) is not { } member) return [];
        string name = member.ToString();
        return silos.Where(silo => metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(MetadataKey) == name);
    }
}
