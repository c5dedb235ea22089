using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Exchange;

/// <summary>What the codecs of this folder share. Slices point into the message, nothing is copied.</summary>
internal static class ExchangeCodec
{
    private const long TimeMax = 1L << 48;
    private const int KeyAlgorithmSigning = -7, KeyAlgorithmSealing = 16;

    /// <summary>Reads one item; <paramref name="source"/> is what the reader stands on.</summary>
    public delegate T ReadItem<out T>(ref CborReader reader, ReadOnlyMemory<byte> source);

    /// <summary>Decodes one whole message of at most so many bytes.</summary>
    public static Result<T> Decode<T>(ReadOnlyMemory<byte> source, int bytesMax, ReadItem<T> read)
    {
        if (source.Length > bytesMax) return new Fault(FaultCode.FormatLimit, $"The message is longer than {bytesMax} bytes.");
        CborReader reader = new(source.Span);
        T value = read(ref reader, source);
        return reader.End() ? Result<T>.Ok(value) : reader.Fault;
    }

    public static ReadOnlyMemory<byte> ReadMemory(ref CborReader reader, ReadOnlyMemory<byte> source, int bytesMax)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytesUpTo(bytesMax);
        return reader.Failed ? default : source.Slice(reader.Position - bytes.Length, bytes.Length);
    }

    public static ReadOnlyMemory<byte> ReadEncoded(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        ReadOnlySpan<byte> item = reader.ReadEncoded();
        return reader.Failed ? default : source.Slice(reader.Position - item.Length, item.Length);
    }

    public static Id16 ReadId(ref CborReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(Id16.Length);
        return reader.Failed ? default : new Id16(bytes);
    }

    public static long ReadTime(ref CborReader reader) => (long)reader.ReadUInt(TimeMax);

    public static long ReadLong(ref CborReader reader) => (long)reader.ReadUInt(long.MaxValue);

    public static string ReadDid(ref CborReader reader) => reader.ReadText(ExchangeLimits.DidBytesMax);

    public static PublicKey? ReadPublicKey(ref CborReader reader)
    {
        reader.ReadArrayStart(2);
        long algorithm = reader.ReadInt();
        if (algorithm is not (KeyAlgorithmSigning or KeyAlgorithmSealing)) reader.Fail("The key's algorithm is not known.", FaultCode.Unsupported);
        ReadOnlySpan<byte> point = reader.ReadBytes(PublicKey.Sec1Length);
        if (reader.Failed) return null;
        if (PublicKey.FromSec1(point).TryGet(out PublicKey? key, out Fault fault)) return key;
        reader.Fail(fault.Message, fault.Code);
        return null;
    }

    public static void WriteSigningKey(CborWriter writer, PublicKey key) => WriteKey(writer, key, KeyAlgorithmSigning);

    public static void WriteSealingKey(CborWriter writer, PublicKey key) => WriteKey(writer, key, KeyAlgorithmSealing);

    public static T[] ReadList<T>(ref CborReader reader, ReadOnlyMemory<byte> source, int countMax, ReadItem<T> item)
    {
        int count = reader.ReadArrayStart();
        if (count > countMax) reader.Fail($"The list has more than {countMax} items.", FaultCode.FormatLimit);
        if (reader.Failed) return [];
        T[] items = new T[count];
        for (int i = 0; i < count && !reader.Failed; i++) items[i] = item(ref reader, source);
        return items;
    }

    public static ReadOnlyMemory<byte>[] ReadObjects(ref CborReader reader, ReadOnlyMemory<byte> source) =>
        ReadList(ref reader, source, ExchangeLimits.ObjectsMax, static (ref CborReader r, ReadOnlyMemory<byte> s) => ReadMemory(ref r, s, ExchangeLimits.ObjectBytesMax));

    public static Hash32[] ReadHashes(ref CborReader reader, int countMax) =>
        ReadList(ref reader, default, countMax, static (ref CborReader r, ReadOnlyMemory<byte> _) => r.ReadHash());

    public static Id16[] ReadIds(ref CborReader reader, int countMax) =>
        ReadList(ref reader, default, countMax, static (ref CborReader r, ReadOnlyMemory<byte> _) => ReadId(ref r));

    public static void WriteList<T>(CborWriter writer, IReadOnlyList<T> items, Action<CborWriter, T> write)
    {
        writer.WriteArrayStart(items.Count);
        for (int i = 0; i < items.Count; i++) write(writer, items[i]);
    }

    public static void WriteObjects(CborWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> objects) =>
        WriteList(writer, objects, static (w, o) => w.WriteBytes(o.Span));

    public static void WriteHashes(CborWriter writer, IReadOnlyList<Hash32> hashes) => WriteList(writer, hashes, static (w, h) => w.WriteHash(h));

    public static void WriteIds(CborWriter writer, IReadOnlyList<Id16> ids) => WriteList(writer, ids, static (w, id) => w.WriteBytes(id.Bytes));

    /// <summary>Refuses a map that lacks one of the required keys; bit k of both stands for key k.</summary>
    public static void Require(ref CborReader reader, int seen, int required)
    {
        if ((seen & required) != required) reader.Fail("A required map key is missing.");
    }

    /// <summary>Refuses a map key that the format does not know.</summary>
    public static void Unknown(ref CborReader reader, int key) => reader.Fail($"Map key {key} is not known here.");

    /// <summary>The bits of the keys <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static int Keys(int first, int last) => ((1 << (last - first + 1)) - 1) << first;

    private static void WriteKey(CborWriter writer, PublicKey key, int algorithm)
    {
        writer.WriteArrayStart(2);
        writer.WriteInt(algorithm);
        writer.WriteBytes(key.Sec1);
    }
}
