using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Keys;

/// <summary>A P-256 private key in memory that signs with ES256. Safe for several threads; the handle is used by one at a time.</summary>
public sealed class SigningKey : ISigner, IDisposable
{
    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    private SigningKey(ECDsa key)
    {
        _key = key;
        Public = PublicKey.FromParameters(key.ExportParameters(includePrivateParameters: false));
    }

    /// <inheritdoc/>
    public PublicKey Public { get; }

    /// <summary>A new random key.</summary>
    public static SigningKey Generate(RandomNumberGenerator random) => FromScalar(P256.RandomScalar(random));

    /// <summary>The key of a seed of 32 bytes: always the same one. For tests and recovery secrets.</summary>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed32) => FromScalar(P256.ScalarFromSeed(seed32, "healthledger/signing-key/v1\0"u8));

    /// <summary>Imports an unencrypted PKCS#8 PrivateKeyInfo [RFC 5958]; refuses other algorithms, curves and trailing bytes.</summary>
    public static Result<SigningKey> FromPkcs8(ReadOnlySpan<byte> der) =>
        Pkcs8.Import(der).TryGet(out ECParameters parameters, out Fault fault) ? new SigningKey(ECDsa.Create(parameters)) : fault;

    /// <summary>The unencrypted PKCS#8 PrivateKeyInfo. The caller wipes it.</summary>
    public byte[] ToPkcs8()
    {
        lock (_gate) return _key.ExportPkcs8PrivateKey();
    }

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature64)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature64.Length, PublicKey.SignatureLength);
        Span<byte> digest = stackalloc byte[Hash32.Length];
        SHA256.HashData(data, digest);
        lock (_gate)
        {
            if (!_key.TrySignHash(digest, signature64, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written) || written != signature64.Length)
                throw new CryptographicException("The platform did not make a signature of 64 bytes.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static SigningKey FromScalar(byte[] scalar)
    {
        ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        CryptographicOperations.ZeroMemory(scalar);
        return new SigningKey(key);
    }
}
