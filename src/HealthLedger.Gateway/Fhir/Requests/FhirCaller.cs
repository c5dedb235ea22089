using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>Who acts, for which organization, as whom and what for.</summary>
/// <param name="Token">The bearer token.</param>
/// <param name="Seat">The organization.</param>
/// <param name="Purpose">The purpose of use, from <c>X-Purpose-Of-Use</c>.</param>
/// <param name="Role">The person's role, from <c>X-Role</c>.</param>
/// <param name="Person">The person as the organization knows them, from <c>X-Practitioner</c>; else the client.</param>
internal sealed record FhirCaller(AccessToken Token, OrganizationSeat Seat, Purpose Purpose, Role Role, string Person)
{
    /// <summary>Whether the token's scopes permit an interaction; a fault where not.</summary>
    public Fault? Lacks(string resourceType, ScopeAccess access) => Token.Scopes.Allows(resourceType, access)
        ? null
        : new Fault(FaultCode.ScopeMissing, $"The token's scopes do not permit this: system/{(resourceType.Length > 0 ? resourceType : "*")}.{Letter(access)} is needed.");

    private static char Letter(ScopeAccess access) => access switch
    {
        ScopeAccess.Create => 'c',
        ScopeAccess.Read => 'r',
        ScopeAccess.Update => 'u',
        ScopeAccess.Delete => 'd',
        _ => 's',
    };
}
