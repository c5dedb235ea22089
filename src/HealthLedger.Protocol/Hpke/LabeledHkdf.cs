using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HealthLedger.Protocol.Hpke;

/// <summary>LabeledExtract and LabeledExpand over HKDF-SHA256 [RFC 9180 §4].</summary>
internal static class LabeledHkdf
{
    /// <summary>"KEM" and the id of DHKEM(P-256, HKDF-SHA256).</summary>
    public static ReadOnlySpan<byte> KemSuite => "KEM\u0000\u0010"u8;

    /// <summary>"HPKE" and the ids of that KEM, HKDF-SHA256 and AES-256-GCM.</summary>
    public static ReadOnlySpan<byte> HpkeSuite => "HPKE\u0000\u0010\u0000\u0001\u0000\u0002"u8;

    public static byte[] Extract(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. suite, .. label, .. ikm];
        byte[] prk = new byte[32];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, prk);
        CryptographicOperations.ZeroMemory(labeled);
        return prk;
    }

    public static byte[] Expand(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        Span<byte> prefix = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(prefix, checked((ushort)length));
        byte[] labeled = [.. prefix, .. "HPKE-v1"u8, .. suite, .. label, .. info];
        byte[] output = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, labeled);
        return output;
    }
}
