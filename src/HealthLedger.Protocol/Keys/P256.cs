using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Keys;

/// <summary>The numbers of the curve P-256 [SP 800-186 §3.2.1.3] and what follows from them.</summary>
internal static class P256
{
    public const int FieldBytes = 32;

    public static readonly BigInteger Order = Parse("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    private static readonly BigInteger Prime = Parse("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger B = Parse("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    /// <summary>True when both coordinates are below the prime and y² = x³ - 3x + b; the cofactor is 1, so that is all.</summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        BigInteger bx = Unsigned(x), by = Unsigned(y);
        if (bx >= Prime || by >= Prime) return false;
        return (by * by - (bx * bx - 3) * bx - B) % Prime == 0;
    }

    /// <summary>True when the scalar is from 1 to order - 1.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        BigInteger d = Unsigned(scalar);
        return scalar.Length == FieldBytes && d.Sign > 0 && d < Order;
    }

    /// <summary>A scalar from 48 uniform bytes by reduction [FIPS 186-5 A.2.1]; the bias is below 2^-128.</summary>
    public static byte[] ScalarFrom(ReadOnlySpan<byte> uniform48)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(uniform48.Length, 48);
        BigInteger d = Unsigned(uniform48) % (Order - 1) + 1;
        byte[] scalar = new byte[FieldBytes];
        int length = d.GetByteCount(isUnsigned: true);
        d.TryWriteBytes(scalar.AsSpan(FieldBytes - length), out _, isUnsigned: true, isBigEndian: true);
        return scalar;
    }

    /// <summary>A scalar from a seed of 32 bytes, by HKDF with the given domain: the same seed gives the same key, for ever.</summary>
    public static byte[] ScalarFromSeed(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> domain)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, 32);
        Span<byte> uniform = stackalloc byte[48];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, uniform, [], domain);
        byte[] scalar = ScalarFrom(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        return scalar;
    }

    /// <summary>A random scalar.</summary>
    public static byte[] RandomScalar(RandomNumberGenerator random)
    {
        Span<byte> uniform = stackalloc byte[48];
        random.GetBytes(uniform);
        byte[] scalar = ScalarFrom(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        return scalar;
    }

    private static BigInteger Unsigned(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
