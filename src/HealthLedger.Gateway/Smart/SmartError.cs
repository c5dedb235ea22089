namespace HealthLedger.Gateway.Smart;

/// <summary>A refusal of the token endpoint [RFC 6749 §5.2].</summary>
/// <param name="Error">The registered error code: invalid_request, invalid_client, invalid_grant, invalid_scope, unsupported_grant_type; or temporarily_unavailable.</param>
/// <param name="Description">A sentence for the developer of the client; never a secret, never the assertion itself.</param>
public sealed record SmartError(string Error, string Description)
{
    /// <summary>The HTTP status: 401 for a client that is not who it says, 503 where it may try again, 400 otherwise.</summary>
    public int Status => Error switch { "invalid_client" => 401, "temporarily_unavailable" => 503, _ => 400 };
}
