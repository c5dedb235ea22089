using System.Numerics;
using System.Security.Cryptography;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Tests.Vectors;

/// <summary>
/// ES256 with the nonce of RFC 6979 §3.2, so that vectors come out the same at every run. Only for tests: the arithmetic is not in
/// constant time.
/// </summary>
internal sealed class DeterministicSigner(SigningKey key) : ISigner
{
    private static readonly BigInteger Order = Number(Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"));
    private readonly byte[] _scalar = Scalar(key);

    public PublicKey Public => key.Public;

    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature64)
    {
        byte[] digest = SHA256.HashData(data);
        byte[] reduced = Bytes(Number(digest) % Order);
        byte[] k = new byte[32], v = Enumerable.Repeat((byte)1, 32).ToArray();
        foreach (byte step in (byte[])[0, 1])
        {
            k = HMACSHA256.HashData(k, (byte[])[.. v, step, .. _scalar, .. reduced]);
            v = HMACSHA256.HashData(k, v);
        }
        while (true)
        {
            v = HMACSHA256.HashData(k, v);
            BigInteger nonce = Number(v);
            if (nonce.Sign > 0 && nonce < Order)
            {
                // The platform multiplies for us: a key of scalar k has the point kG.
                using ECDsa point = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = v });
                BigInteger r = Number(point.ExportParameters(false).Q.X!) % Order;
                BigInteger s = BigInteger.ModPow(nonce, Order - 2, Order) * (Number(digest) + r * Number(_scalar)) % Order;
                Bytes(r).CopyTo(signature64);
                Bytes(s).CopyTo(signature64[32..]);
                return;
            }
            k = HMACSHA256.HashData(k, (byte[])[.. v, 0]);
            v = HMACSHA256.HashData(k, v);
        }
    }

    private static byte[] Scalar(SigningKey key)
    {
        using ECDsa parsed = ECDsa.Create();
        parsed.ImportPkcs8PrivateKey(key.ToPkcs8(), out _);
        return parsed.ExportParameters(true).D!;
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32], shortest = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        shortest.CopyTo(bytes, 32 - shortest.Length);
        return bytes;
    }
}

/// <summary>A stream of SHA-256 over a counter in the place of randomness. Only for vectors.</summary>
internal sealed class CountedRandom : RandomNumberGenerator
{
    private int _counter;

    public override void GetBytes(byte[] data)
    {
        for (int at = 0; at < data.Length; at += 32)
            SHA256.HashData(BitConverter.GetBytes(_counter++)).AsSpan(0, Math.Min(32, data.Length - at)).CopyTo(data.AsSpan(at));
    }
}
