using System.Buffers.Binary;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Votes;

/// <summary>
/// The frame of one flush in a vote file, padded to whole pages:
/// <code>
/// 0 crc u32 (4 to the end of the records)  4 magic u32  8 length u32  12 zero u32  16 generation u64  24 batch number u64
/// 32 durable block sequence u64  40 salt u64  48 records: length u32, shard u32, slot u64, sequence u64, kind u8, bytes
/// </code>
/// The first batch of a generation (number 0) holds all live records. The salt is random in each batch.
/// </summary>
internal static class VoteBatch
{
    public const int HeaderBytes = 48, RecordHeaderBytes = 25, RecordBytesMax = 1 << 20;
    public const byte Release = 0xFF;
    private const uint Magic = 0x544F5648;

    internal readonly record struct Header(int Length, ulong Generation, ulong Number, ulong BlockSequence);

    public static void AddRecord(AlignedBuffer batch, in VoteRecord record)
    {
        Span<byte> bytes = batch.Extend(RecordHeaderBytes + record.Bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, record.Bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], record.Shard);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], record.Slot);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], record.Sequence);
        bytes[24] = record.Kind;
        record.Bytes.Span.CopyTo(bytes[RecordHeaderBytes..]);
    }

    public static void Seal(AlignedBuffer batch, ulong generation, ulong number, ulong blockSequence, ulong salt)
    {
        int length = batch.Length;
        batch.Extend((int)(Page.RoundUp(length) - length));
        Span<byte> bytes = batch.Span;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], generation);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], blockSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Crc32C.Of(bytes[4..length]));
    }

    /// <summary>Reads the batch that starts at the beginning of <paramref name="bytes"/> and checks it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Header header)
    {
        header = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Magic) return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (length < HeaderBytes || length > bytes.Length || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Crc32C.Of(bytes[4..length])) return false;
        header = new Header(length, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));
        return true;
    }

    /// <summary>The records of a batch that <see cref="TryRead"/> accepted; copies the bytes.</summary>
    public static List<VoteRecord> Records(ReadOnlySpan<byte> batch, Header header)
    {
        List<VoteRecord> records = [];
        for (int at = HeaderBytes; at + RecordHeaderBytes <= header.Length;)
        {
            ReadOnlySpan<byte> bytes = batch[at..];
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            records.Add(new VoteRecord(
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), bytes[24], BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), bytes.Slice(RecordHeaderBytes, length).ToArray()));
            at += RecordHeaderBytes + length;
        }
        return records;
    }
}
