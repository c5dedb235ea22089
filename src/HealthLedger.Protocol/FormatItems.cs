using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol;

/// <summary>
/// The small items that every format is made of (FORMATS.md section 0): times, identifiers, keys, signatures, paths. Reading fails
/// the reader, as its own methods do; what is returned then is a default.
/// </summary>
public static class FormatItems
{
    /// <summary>The largest integer of any format: what JavaScript counts exactly.</summary>
    public const long IntegerMax = (1L << 53) - 1;

    /// <summary>The largest time, in milliseconds since 1970.</summary>
    public const long TimeMax = 1L << 48;

    /// <summary>The algorithm id of a key that signs: ES256.</summary>
    public const int SigningAlgorithm = -7;

    /// <summary>The algorithm id of a key that is sealed to: DHKEM(P-256, HKDF-SHA256).</summary>
    public const int SealingAlgorithm = 16;

    /// <summary>An integer from 0 to <paramref name="maximum"/>.</summary>
    public static long ReadCount(this ref CborReader reader, long maximum = IntegerMax) => (long)reader.ReadUInt((ulong)maximum);

    /// <summary>A count, height or size; from 0.</summary>
    public static void WriteCount(this CborWriter writer, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        writer.WriteUInt((ulong)value);
    }

    /// <summary>A time in milliseconds since 1970-01-01T00:00:00Z.</summary>
    public static long ReadTime(this ref CborReader reader) => (long)reader.ReadUInt((ulong)TimeMax);

    /// <summary>An identifier of 16 bytes.</summary>
    public static Id16 ReadId16(this ref CborReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(Id16.Length);
        return reader.Failed ? default : new Id16(bytes);
    }

    /// <summary>An identifier of 16 bytes.</summary>
    public static void WriteId16(this CborWriter writer, Id16 id) => writer.WriteBytes(id.Bytes);

    /// <summary>A network's name, checked.</summary>
    public static string ReadNetwork(this ref CborReader reader)
    {
        string name = reader.ReadText(NetworkName.LengthMax);
        if (!reader.Failed && !NetworkName.IsValid(name)) reader.Fail("The text is not a network's name.", FaultCode.TextMalformed);
        return name;
    }

    /// <summary>A key that signs; null after an error.</summary>
    public static PublicKey? ReadSigningKey(this ref CborReader reader) => ReadKey(ref reader, SigningAlgorithm);

    /// <summary>A key that signs.</summary>
    public static void WriteSigningKey(this CborWriter writer, PublicKey key) => WriteKey(writer, SigningAlgorithm, key);

    /// <summary>A key that is sealed to; null after an error.</summary>
    public static PublicKey? ReadSealingKey(this ref CborReader reader) => ReadKey(ref reader, SealingAlgorithm);

    /// <summary>A key that is sealed to.</summary>
    public static void WriteSealingKey(this CborWriter writer, PublicKey key) => WriteKey(writer, SealingAlgorithm, key);

    /// <summary>A signature with its algorithm: r then s, 64 bytes, in place; empty after an error.</summary>
    public static ReadOnlySpan<byte> ReadSignature(this ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        if (reader.ReadInt() != SigningAlgorithm) reader.Fail("The signature's algorithm is not one this software knows.", FaultCode.Unsupported);
        return reader.ReadBytes(PublicKey.SignatureLength);
    }

    /// <summary>A signature with its algorithm.</summary>
    public static void WriteSignature(this CborWriter writer, ReadOnlySpan<byte> signature64)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature64.Length, PublicKey.SignatureLength);
        writer.WriteArrayStart(2);
        writer.WriteInt(SigningAlgorithm);
        writer.WriteBytes(signature64);
    }

    /// <summary>A list of at most <paramref name="maximum"/> hashes; empty after an error.</summary>
    public static Hash32[] ReadHashes(this ref CborReader reader, int maximum)
    {
        int count = reader.ReadArrayStart();
        if (count > maximum) reader.Fail($"The list has more than {maximum} hashes.", FaultCode.FormatLimit);
        if (reader.Failed || count == 0) return [];
        Hash32[] hashes = new Hash32[count];
        for (int i = 0; i < count; i++) hashes[i] = reader.ReadHash();
        return reader.Failed ? [] : hashes;
    }

    /// <summary>A list of hashes.</summary>
    public static void WriteHashes(this CborWriter writer, ReadOnlySpan<Hash32> hashes)
    {
        writer.WriteArrayStart(hashes.Length);
        foreach (Hash32 hash in hashes) writer.WriteHash(hash);
    }

    private static PublicKey? ReadKey(ref CborReader reader, int algorithm)
    {
        reader.ReadArrayStart(2);
        if (reader.ReadInt() != algorithm) reader.Fail($"The key's algorithm is not {algorithm}.", FaultCode.Unsupported);
        ReadOnlySpan<byte> point = reader.ReadBytes(PublicKey.Sec1Length);
        if (reader.Failed) return null;
        if (PublicKey.FromSec1(point).TryGet(out PublicKey? key, out Fault fault)) return key;
        reader.Fail(fault.Message, fault.Code);
        return null;
    }

    private static void WriteKey(CborWriter writer, int algorithm, PublicKey key)
    {
        writer.WriteArrayStart(2);
        writer.WriteInt(algorithm);
        writer.WriteBytes(key.Sec1);
    }
}
