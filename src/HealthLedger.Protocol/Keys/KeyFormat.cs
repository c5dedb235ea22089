using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Keys;

/// <summary>
/// Keys and signatures as they stand in our own formats, each with its algorithm [FORMATS §0]: <c>key = [alg, bstr .size 65]</c>,
/// <c>sig = [-7, bstr .size 64]</c>.
/// </summary>
public static class KeyFormat
{
    /// <summary>The id of DHKEM(P-256, HKDF-SHA256) [RFC 9180 §7.1]: a key that others seal to.</summary>
    public const int DhkemP256 = 16;

    /// <summary>Writes a key that verifies signatures.</summary>
    public static void WriteVerifyingKey(this CborWriter writer, PublicKey key) => WriteKey(writer, key, CoseAlgorithm.Es256);

    /// <summary>Writes a key that others seal to.</summary>
    public static void WriteSealingKey(this CborWriter writer, PublicKey key) => WriteKey(writer, key, DhkemP256);

    /// <summary>Reads a key that verifies signatures; null, and the reader failed, on anything else.</summary>
    public static PublicKey? ReadVerifyingKey(ref this CborReader reader) => ReadKey(ref reader, CoseAlgorithm.Es256);

    /// <summary>Reads a key that others seal to; null, and the reader failed, on anything else.</summary>
    public static PublicKey? ReadSealingKey(ref this CborReader reader) => ReadKey(ref reader, DhkemP256);

    /// <summary>Writes an ES256 signature, r ‖ s.</summary>
    public static void WriteSignature(this CborWriter writer, ReadOnlySpan<byte> signature64)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature64.Length, PublicKey.SignatureLength);
        writer.WriteArrayStart(2);
        writer.WriteInt(CoseAlgorithm.Es256);
        writer.WriteBytes(signature64);
    }

    /// <summary>Reads an ES256 signature, r ‖ s, in place; empty, and the reader failed, on anything else.</summary>
    public static ReadOnlySpan<byte> ReadSignature(ref this CborReader reader)
    {
        reader.ReadArrayStart(2);
        RequireAlgorithm(ref reader, CoseAlgorithm.Es256);
        return reader.ReadBytes(PublicKey.SignatureLength);
    }

    private static void WriteKey(CborWriter writer, PublicKey key, int algorithm)
    {
        writer.WriteArrayStart(2);
        writer.WriteInt(algorithm);
        writer.WriteBytes(key.Sec1);
    }

    private static PublicKey? ReadKey(ref CborReader reader, int algorithm)
    {
        reader.ReadArrayStart(2);
        RequireAlgorithm(ref reader, algorithm);
        ReadOnlySpan<byte> point = reader.ReadBytes(PublicKey.Sec1Length);
        if (reader.Failed) return null;
        if (PublicKey.FromSec1(point).TryGet(out PublicKey? key, out Fault fault)) return key;
        reader.Fail(fault.Message, fault.Code);
        return null;
    }

    private static void RequireAlgorithm(ref CborReader reader, int algorithm)
    {
        long found = reader.ReadInt();
        if (found != algorithm) reader.Fail($"Algorithm {algorithm} was expected, not {found}.", FaultCode.Unsupported);
    }
}
