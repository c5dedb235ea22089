using System.Text;
using System.Text.Json;

namespace HealthLedger.Gateway.Smart;

/// <summary>
/// Checks a client's signed assertion [RFC 7523, SMART App Launch 2 "Client Authentication: Asymmetric"]: the key is one the client
/// registered (an address in <c>jku</c> is refused, nothing is fetched), the algorithm is the key's, issuer and subject are the
/// client, the audience is this token endpoint, it ends within five minutes, and its id was never seen.
/// </summary>
public sealed class ClientAssertion(ISmartClients clients, ReplayCache replays, TimeProvider clock)
{
    /// <summary>The longest assertion that is looked at, in characters.</summary>
    public const int LengthMax = 16_384;

    private static readonly TimeSpan LifetimeMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The client that signed, or why not.</summary>
    public async ValueTask<(SmartClient? Client, SmartError? Error)> CheckAsync(string assertion, string tokenEndpoint)
    {
        if (assertion.Length > LengthMax) return Refuse("The assertion is too long.");
        string[] parts = assertion.Split('.');
        if (parts.Length != 3 || Json(parts[0]) is not { } header || Json(parts[1]) is not { } claims || Base64Url.Decode(parts[2]) is not { } signature)
            return Refuse("The assertion is not a signed JWT.");
        using (header)
        using (claims)
        {
            if (Text(header, "alg") is not ("ES384" or "RS384") || Text(header, "kid") is not { } keyId)
                return Refuse("The header needs a kid, and ES384 or RS384 as alg.");
            if (Text(header, "typ") is not (null or "JWT")) return Refuse("The header's typ is not JWT.");
            if (header.RootElement.TryGetProperty("jku", out _) || header.RootElement.TryGetProperty("crit", out _))
                return Refuse("The header has a jku or crit; register the key set itself with the operator.");

            string? issuer = Text(claims, "iss");
            SmartClient? client = issuer is { Length: > 0 and <= 256 } ? clients.Find(issuer) : null;
            JsonWebKey? key = client?.Keys.Find(keyId);
            // One answer for an unknown client, an unknown key and a bad signature: nothing to learn from the difference.
            if (key is null || key.Algorithm != Text(header, "alg")
                || !key.Verify(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
                return Refuse("The assertion is not signed by a registered key of this client.");

            if (Text(claims, "sub") != issuer) return Refuse("The subject is not the issuer.");
            if (!HasAudience(claims.RootElement, tokenEndpoint)) return Refuse("The audience is not this token endpoint.");
            DateTimeOffset now = clock.GetUtcNow();
            if (Time(claims, "exp") is not { } expires) return Refuse("The assertion has no exp.");
            if (expires <= now - ClockSkew) return Refuse("The assertion has expired.");
            if (expires > now + LifetimeMax + ClockSkew) return Refuse("The assertion is valid for more than five minutes.");
            if (Time(claims, "nbf") is { } from && from > now + ClockSkew) return Refuse("The assertion is not valid yet.");
            if (Text(claims, "jti") is not { Length: > 0 and <= 256 } id) return Refuse("The assertion has no jti.");
            return await replays.TakeAsync($"{issuer}\n{id}", expires + ClockSkew) switch
            {
                ReplayAnswer.First => (client, null),
                ReplayAnswer.Unknown => (null, new SmartError("temporarily_unavailable", "Whether the assertion was used before cannot be said now; try again in a moment.")),
                _ => Refuse("The assertion was used before."),
            };
        }
    }

    private static (SmartClient?, SmartError?) Refuse(string why) => (null, new SmartError("invalid_client", why));

    private static JsonDocument? Json(string part)
    {
        if (Base64Url.Decode(part) is not { } bytes) return null;
        try
        {
            JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double seconds) && seconds is >= 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static bool HasAudience(JsonElement claims, string endpoint)
    {
        if (!claims.TryGetProperty("aud", out JsonElement audience)) return false;
        return audience.ValueKind == JsonValueKind.String
            ? audience.ValueEquals(endpoint)
            : audience.ValueKind == JsonValueKind.Array && audience.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(endpoint));
    }
}
