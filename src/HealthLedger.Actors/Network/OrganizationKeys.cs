using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Actors.Network;

/// <summary>The private keys of an organization that the standalone network made, so that its gateway, and a demonstration, can act for it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Did">Its identity.</param>
/// <param name="Roles">What it is attested to be.</param>
/// <param name="Identity">The key that is the organization.</param>
/// <param name="Signing">Signs its statements.</param>
/// <param name="Sealing">Opens what is sealed to it.</param>
/// <param name="IndexKey">32 bytes: keys of the HMACs over its sources' ids; never rotated.</param>
public sealed record OrganizationKeys(string Name, LedgerDid Did, OrganizationRoles Roles, SigningKey Identity, SigningKey Signing, SealingKey Sealing, byte[] IndexKey)
{
    /// <summary>The name alone: nothing secret is printed.</summary>
    public override string ToString() => Name;
}
