using System.Security.Cryptography;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Keys;

/// <summary>
/// A P-256 public key: an uncompressed SEC1 point that lies on the curve. Immutable, safe for any number of threads. The platform's
/// handle is made at the first verification and kept (some µs with libcrypto, 100 µs with the base library), so keep the object, not its
/// bytes, where signatures repeat.
/// </summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>Bytes of the uncompressed point: 0x04, x, y.</summary>
    public const int Sec1Length = 65;

    /// <summary>Bytes of a signature: r then s, 32 each.</summary>
    public const int SignatureLength = 64;

    private readonly byte[] _sec1;
    private NativeVerifier? _native;
    private VerifierPool? _pool;

    private PublicKey(byte[] sec1)
    {
        _sec1 = sec1;
        KeyId = Sha256.Hash(ToCoseKey());
    }

    /// <summary>The COSE key thumbprint: SHA-256 of the canonical COSE_Key with kty, crv, x and y alone [RFC 9679 §3].</summary>
    public Hash32 KeyId { get; }

    /// <summary>The point: 0x04, x, y.</summary>
    public ReadOnlySpan<byte> Sec1 => _sec1;

    /// <summary>The x coordinate, 32 bytes.</summary>
    public ReadOnlySpan<byte> X => _sec1.AsSpan(1, P256.FieldBytes);

    /// <summary>The y coordinate, 32 bytes.</summary>
    public ReadOnlySpan<byte> Y => _sec1.AsSpan(1 + P256.FieldBytes);

    /// <summary>Imports an uncompressed point; refuses other lengths, compressed points, infinity and points off the curve.</summary>
    public static Result<PublicKey> FromSec1(ReadOnlySpan<byte> sec1)
    {
        if (sec1.Length != Sec1Length || sec1[0] != 4) return new Fault(FaultCode.KeyInvalid, "The key is not an uncompressed point of 65 bytes.");
        return FromCoordinates(sec1.Slice(1, P256.FieldBytes), sec1[(1 + P256.FieldBytes)..]);
    }

    /// <summary>Imports two coordinates of 32 bytes; refuses points off the curve.</summary>
    public static Result<PublicKey> FromCoordinates(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        if (x.Length != P256.FieldBytes || y.Length != P256.FieldBytes) return new Fault(FaultCode.KeyInvalid, "A coordinate does not have 32 bytes.");
        if (!P256.IsOnCurve(x, y)) return new Fault(FaultCode.KeyInvalid, "The point is not on the curve P-256.");
        return new PublicKey([4, .. x, .. y]);
    }

    /// <summary>Imports a DER SubjectPublicKeyInfo [RFC 5480]; refuses other curves and trailing bytes.</summary>
    public static Result<PublicKey> FromSpki(ReadOnlySpan<byte> der)
    {
        if (der.Length != SpkiPrefix.Length + Sec1Length || !der.StartsWith(SpkiPrefix))
            return new Fault(FaultCode.KeyInvalid, "The key is not a SubjectPublicKeyInfo of an uncompressed P-256 point.");
        return FromSec1(der[SpkiPrefix.Length..]);
    }

    /// <summary>The DER SubjectPublicKeyInfo [RFC 5480], 91 bytes.</summary>
    public byte[] ToSpki() => [.. SpkiPrefix, .. _sec1];

    /// <summary>The canonical COSE_Key <c>{1: 2, -1: 1, -2: x, -3: y}</c> [RFC 9053 §7.1.1]: the input of the thumbprint.</summary>
    public byte[] ToCoseKey()
    {
        CborWriter writer = new(80);
        WriteCoseKey(writer);
        return writer.ToArray();
    }

    /// <summary>Writes the canonical COSE_Key, with <c>3: alg</c> when an algorithm is given.</summary>
    public void WriteCoseKey(CborWriter writer, int? algorithm = null)
    {
        writer.WriteMapStart(algorithm is null ? 4 : 5);
        writer.WriteInt(CoseKeyLabel.KeyType);
        writer.WriteInt(CoseKeyLabel.KeyTypeEc2);
        if (algorithm is { } id)
        {
            writer.WriteInt(CoseKeyLabel.Algorithm);
            writer.WriteInt(id);
        }
        writer.WriteInt(CoseKeyLabel.Curve);
        writer.WriteInt(CoseKeyLabel.CurveP256);
        writer.WriteInt(CoseKeyLabel.X);
        writer.WriteBytes(X);
        writer.WriteInt(CoseKeyLabel.Y);
        writer.WriteBytes(Y);
    }

    /// <summary>Reads a COSE_Key of kty EC2 and P-256; null, and the reader failed, on anything else, unknown labels included.</summary>
    /// <param name="reader">Stands before the map.</param>
    /// <param name="algorithm">The value of label 3, or null where it is absent.</param>
    public static PublicKey? ReadCoseKey(ref CborReader reader, out int? algorithm)
    {
        algorithm = null;
        ReadOnlySpan<byte> x = default, y = default;
        bool kty = false, curve = false;
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int key))
        {
            switch (key)
            {
                case CoseKeyLabel.KeyType: kty = reader.ReadInt() == CoseKeyLabel.KeyTypeEc2; break;
                case CoseKeyLabel.Algorithm: algorithm = (int)Math.Clamp(reader.ReadInt(), int.MinValue, int.MaxValue); break;
                case CoseKeyLabel.Curve: curve = reader.ReadInt() == CoseKeyLabel.CurveP256; break;
                case CoseKeyLabel.X: x = reader.ReadBytes(P256.FieldBytes); break;
                case CoseKeyLabel.Y: y = reader.ReadBytes(P256.FieldBytes); break;
                default: reader.Fail($"The key has a parameter {key} that is not known."); break;
            }
        }
        if (reader.Failed) return null;
        if (!kty || !curve) reader.Fail("The key is not of type EC2 on P-256.", FaultCode.KeyInvalid);
        if (reader.Failed) return null;
        if (FromCoordinates(x, y).TryGet(out PublicKey? imported, out Fault fault)) return imported;
        reader.Fail(fault.Message, fault.Code);
        return null;
    }

    /// <summary>Decodes one COSE_Key and nothing behind it.</summary>
    public static Result<PublicKey> FromCoseKey(ReadOnlySpan<byte> encoded)
    {
        CborReader reader = new(encoded);
        PublicKey? key = ReadCoseKey(ref reader, out _);
        return reader.End() && key is not null ? key : reader.Fault;
    }

    /// <summary>
    /// True when <paramref name="signature64"/> (r ‖ s, big-endian) is an ECDSA signature of SHA-256 of <paramref name="data"/>. High s
    /// is accepted, as FIPS 186-5 does; nothing may hang on a signature's bytes being unique. One hash and one verification, about 45 µs.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature64)
    {
        if (signature64.Length != SignatureLength) return false;
        return VerifyHash(Sha256.Hash(data), signature64);
    }

    /// <summary>As <see cref="Verify"/>, with the SHA-256 of the data already at hand.</summary>
    public bool VerifyHash(Hash32 hash, ReadOnlySpan<byte> signature64)
    {
        if (signature64.Length != SignatureLength) return false;
        return Native() is { } native ? native.VerifyHash(hash.Bytes, signature64) : Pool().VerifyHash(hash.Bytes, signature64);
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && KeyId == other.KeyId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => KeyId.GetHashCode();

    /// <summary>The key id in hexadecimal.</summary>
    public override string ToString() => KeyId.ToString();

    internal ECParameters ToParameters() => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = X.ToArray(), Y = Y.ToArray() },
    };

    internal static PublicKey FromParameters(ECParameters parameters) => new([4, .. parameters.Q.X!, .. parameters.Q.Y!]);

    /// <summary>Verifies by the base library alone: the fallback, and the oracle of the tests.</summary>
    internal bool VerifyHashByPlatform(Hash32 hash, ReadOnlySpan<byte> signature64) =>
        signature64.Length == SignatureLength && Pool().VerifyHash(hash.Bytes, signature64);

    private NativeVerifier? Native()
    {
        if (Volatile.Read(ref _native) is { } made) return made;
        if (!NativeVerifier.IsSupported || NativeVerifier.TryCreate(_sec1) is not { } fresh) return null;
        if (Interlocked.CompareExchange(ref _native, fresh, null) is not { } earlier) return fresh;
        fresh.Dispose();
        return earlier;
    }

    private VerifierPool Pool() =>
        Volatile.Read(ref _pool) ?? Interlocked.CompareExchange(ref _pool, new VerifierPool(this), null) ?? _pool!;

    private static ReadOnlySpan<byte> SpkiPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
}
