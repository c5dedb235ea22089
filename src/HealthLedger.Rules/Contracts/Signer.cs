using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.Contracts;

/// <summary>Whose key a statement was signed with.</summary>
public enum Authority : byte
{
    /// <summary>A patient's own.</summary>
    Patient = 1,

    /// <summary>That of the steward of the patient in whose name it speaks.</summary>
    Steward = 2,

    /// <summary>An organization's own.</summary>
    Organization = 3,
}

/// <summary>In whose name a statement speaks, as the checks at the door found it.</summary>
/// <param name="Issuer">The identity whose authority is used.</param>
/// <param name="Authority">By which kind of key.</param>
/// <param name="Acting">The identity whose key signed: the steward where one acts, otherwise the issuer.</param>
/// <param name="Roles">What the organization whose key signed is attested to be; none for a patient's own key.</param>
/// <param name="IsMember">True when that organization is a member of the network.</param>
/// <param name="KeyId">The key.</param>
public readonly record struct Signer(Hash32 Issuer, Authority Authority, Hash32 Acting, OrganizationRoles Roles, bool IsMember, Hash32 KeyId);
