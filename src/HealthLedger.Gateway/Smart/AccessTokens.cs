using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Gateway.Smart;

/// <summary>
/// Issues and checks bearer tokens: JWTs [RFC 9068 in form] signed ES256 with a key of the node's, so that every door of a member checks them
/// without asking another. They live five minutes and cannot be prolonged; a client asks anew with a new assertion.
/// </summary>
public sealed class AccessTokens(ISigner signer, string issuer, TimeProvider clock)
{
    /// <summary>How long a token is valid; SMART Backend Services recommends at most this.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    private const int LengthMax = 16_384, VerifiedMax = 1_024;
    private static readonly string Header = Base64Url.Encode("""{"alg":"ES256","typ":"at+jwt"}"""u8);

    private readonly ConcurrentDictionary<string, AccessToken> _verified = new(StringComparer.Ordinal);

    /// <summary>A new token for the client, limited to the scopes.</summary>
    public string Issue(SmartClient client, ScopeSet scopes)
    {
        DateTimeOffset now = clock.GetUtcNow();
        byte[] claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = issuer,
            ["aud"] = issuer,
            ["sub"] = client.ClientId,
            ["org"] = client.Organization,
            ["scope"] = scopes.ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["jti"] = Base64Url.Encode(RandomNumberGenerator.GetBytes(16)),
        });
        string signed = $"{Header}.{Base64Url.Encode(claims)}";
        byte[] signature = new byte[PublicKey.SignatureLength];
        signer.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.Encode(signature)}";
    }

    /// <summary>What a token says, or null where it is not ours, was altered, or has expired. One verification the first time, then a look-up.</summary>
    public AccessToken? Check(string token)
    {
        if (_verified.TryGetValue(token, out AccessToken? known)) return clock.GetUtcNow() < known.Expires ? known : null;
        if (Verify(token) is not { } verified) return null;
        // Tokens live minutes: forgetting all of them now and then costs a verification each, and needs no order of use.
        if (_verified.Count >= VerifiedMax) _verified.Clear();
        _verified[token] = verified;
        return verified;
    }

    private AccessToken? Verify(string token)
    {
        if (token.Length > LengthMax) return null;
        string[] parts = token.Split('.');
        if (parts.Length != 3 || parts[0] != Header || Base64Url.Decode(parts[2]) is not { Length: PublicKey.SignatureLength } signature
            || !signer.Public.Verify(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
            return null;
        // The signature is ours, so the claims have the shape that Issue gave them.
        using JsonDocument claims = JsonDocument.Parse(Base64Url.Decode(parts[1]));
        string Text(string name) => claims.RootElement.GetProperty(name).GetString()!;
        DateTimeOffset expires = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        if (clock.GetUtcNow() >= expires || Text("aud") != issuer || ScopeSet.Parse(Text("scope")) is not { } scopes) return null;
        return new AccessToken(Text("sub"), Text("org"), scopes, Text("jti"), expires);
    }
}
