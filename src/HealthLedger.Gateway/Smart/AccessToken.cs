namespace HealthLedger.Gateway.Smart;

/// <summary>What a valid bearer token says of its holder.</summary>
/// <param name="ClientId">The client it was issued to.</param>
/// <param name="Organization">The organization in whose name the client acts: a DID.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Id">The token's id, for audit entries.</param>
/// <param name="Expires">The first moment at which it is refused.</param>
public sealed record AccessToken(string ClientId, string Organization, ScopeSet Scopes, string Id, DateTimeOffset Expires);
