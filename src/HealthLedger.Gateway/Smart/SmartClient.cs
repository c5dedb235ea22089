namespace HealthLedger.Gateway.Smart;

/// <summary>A system that may ask for tokens, registered to the organization in whose name it reads and writes.</summary>
/// <param name="ClientId">The id that its assertions carry as issuer and subject.</param>
/// <param name="Organization">The organization's DID.</param>
/// <param name="Keys">The public keys it registered; never fetched from an address that an assertion names.</param>
/// <param name="Scopes">The most it may ask for.</param>
public sealed record SmartClient(string ClientId, string Organization, JsonWebKeySet Keys, ScopeSet Scopes);
