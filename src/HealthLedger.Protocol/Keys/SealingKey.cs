using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Keys;

/// <summary>A P-256 private key in memory that opens what was sealed to its public half (ECDH, HPKE). Safe for several threads.</summary>
public sealed class SealingKey : IDisposable
{
    private readonly ECDiffieHellman _key;
    private readonly Lock _gate = new();

    private SealingKey(ECDiffieHellman key)
    {
        _key = key;
        Public = PublicKey.FromParameters(key.ExportParameters(includePrivateParameters: false));
    }

    /// <summary>The key that others seal to.</summary>
    public PublicKey Public { get; }

    /// <summary>A new random key.</summary>
    public static SealingKey Generate(RandomNumberGenerator random) => FromScalar(P256.RandomScalar(random));

    /// <summary>The key of a seed of 32 bytes: always the same one. For tests and recovery secrets.</summary>
    public static SealingKey FromSeed(ReadOnlySpan<byte> seed32) => FromScalar(P256.ScalarFromSeed(seed32, "healthledger/sealing-key/v1\0"u8));

    /// <summary>Imports a private scalar of 32 bytes, big-endian, from 1 to order - 1.</summary>
    public static Result<SealingKey> FromScalar(ReadOnlySpan<byte> scalar32) =>
        P256.IsScalar(scalar32) ? FromScalar(scalar32.ToArray()) : new Fault(FaultCode.KeyInvalid, "The private key is not a number from 1 to the order less 1.");

    /// <summary>Imports an unencrypted PKCS#8 PrivateKeyInfo [RFC 5958]; refuses other algorithms, curves and trailing bytes.</summary>
    public static Result<SealingKey> FromPkcs8(ReadOnlySpan<byte> der) =>
        Pkcs8.Import(der).TryGet(out ECParameters parameters, out Fault fault) ? new SealingKey(ECDiffieHellman.Create(parameters)) : fault;

    /// <summary>The unencrypted PKCS#8 PrivateKeyInfo. The caller wipes it.</summary>
    public byte[] ToPkcs8()
    {
        lock (_gate) return _key.ExportPkcs8PrivateKey();
    }

    /// <summary>The private scalar, 32 bytes, big-endian; what a successor key seals. The caller wipes it.</summary>
    public byte[] ToScalar()
    {
        lock (_gate) return _key.ExportParameters(includePrivateParameters: true).D!;
    }

    /// <summary>The ECDH secret with a peer: the x coordinate, 32 bytes [SP 800-56A]. One multiplication, about 60 µs. The caller wipes it.</summary>
    public byte[] Agree(PublicKey peer)
    {
        using ECDiffieHellman other = ECDiffieHellman.Create(peer.ToParameters());
        using ECDiffieHellmanPublicKey otherPublic = other.PublicKey;
        lock (_gate) return _key.DeriveRawSecretAgreement(otherPublic);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static SealingKey FromScalar(byte[] scalar)
    {
        ECDiffieHellman key = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        CryptographicOperations.ZeroMemory(scalar);
        return new SealingKey(key);
    }
}
