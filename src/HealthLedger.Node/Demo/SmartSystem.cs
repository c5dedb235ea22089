using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HealthLedger.Node.Demo;

/// <summary>A provider's system that asks for tokens as SMART Backend Services says: with an assertion signed by its own key, which never leaves it.</summary>
internal sealed class SmartSystem(HttpClient http, string clientId, TimeProvider clock) : IDisposable
{
    private const string KeyId = "demo-1";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private (string Token, DateTimeOffset Until) _last;

    /// <summary>The id it is registered under.</summary>
    public string ClientId => clientId;

    /// <summary>Its public key set, for the registration.</summary>
    public byte[] KeySet()
    {
        ECParameters point = _key.ExportParameters(false);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            keys = new[] { new { kty = "EC", crv = "P-384", alg = "ES384", use = "sig", kid = KeyId, x = Base64Url.EncodeToString(point.Q.X), y = Base64Url.EncodeToString(point.Q.Y) } },
        });
    }

    /// <summary>A token that is still good for a while.</summary>
    public async Task<string> TokenAsync(CancellationToken cancel)
    {
        if (clock.GetUtcNow() < _last.Until) return _last.Token;
        string endpoint = new Uri(http.BaseAddress!, "token").AbsoluteUri;
        string head = Encode(new { alg = "ES384", kid = KeyId, typ = "JWT" });
        string claims = Encode(new { iss = clientId, sub = clientId, aud = endpoint, exp = clock.GetUtcNow().AddMinutes(4).ToUnixTimeSeconds(), jti = Guid.NewGuid().ToString() });
        string signature = Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes($"{head}.{claims}"), HashAlgorithmName.SHA384));
        using FormUrlEncodedContent form = new(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = "system/*.cruds",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = $"{head}.{claims}.{signature}",
        });
        using HttpResponseMessage response = await http.PostAsync("token", form, cancel);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"The token endpoint refused {clientId}: {answer.RootElement.GetProperty("error_description").GetString()}");
        _last = (answer.RootElement.GetProperty("access_token").GetString()!, clock.GetUtcNow().AddMinutes(4));
        return _last.Token;
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key.Dispose();

    private static string Encode(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
