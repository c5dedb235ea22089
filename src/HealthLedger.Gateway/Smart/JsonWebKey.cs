using System.Security.Cryptography;
using System.Text.Json;

namespace HealthLedger.Gateway.Smart;

/// <summary>One public key that verifies client assertions.</summary>
public sealed class JsonWebKey
{
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;
    private readonly Lock _gate = new();

    private JsonWebKey(string keyId, ECDsa? ec, RSA? rsa) => (KeyId, _ec, _rsa) = (keyId, ec, rsa);

    /// <summary>The key's <c>kid</c>.</summary>
    public string KeyId { get; }

    /// <summary>The one algorithm this key may be used with, so that an assertion cannot choose another.</summary>
    public string Algorithm => _ec is null ? "RS384" : "ES384";

    /// <summary>True when the key signed the data.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        // The platform's key objects are not promised to be safe for several threads at once.
        lock (_gate)
        {
            return _ec is not null
                ? _ec.VerifyData(data, signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                : _rsa!.VerifyData(data, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
        }
    }

    internal static JsonWebKey? Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || item.TryGetProperty("d", out _)) return null;
        string? keyId = Text(item, "kid");
        if (keyId is not { Length: > 0 and <= 256 } || Text(item, "use") is not (null or "sig")) return null;
        try
        {
            return (Text(item, "kty"), Text(item, "alg")) switch
            {
                ("EC", null or "ES384") when Text(item, "crv") == "P-384" => new JsonWebKey(keyId, ECDsa.Create(new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP384,
                    Q = new ECPoint { X = Base64Url.Decode(Text(item, "x")), Y = Base64Url.Decode(Text(item, "y")) },
                }), null),
                ("RSA", null or "RS384") => Rsa(keyId, Base64Url.Decode(Text(item, "n")), Base64Url.Decode(Text(item, "e"))),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static JsonWebKey? Rsa(string keyId, byte[]? modulus, byte[]? exponent)
    {
        if (modulus is not { Length: >= 256 and <= 1024 } || exponent is not { Length: > 0 and <= 8 }) return null;
        return new JsonWebKey(keyId, null, RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent }));
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
