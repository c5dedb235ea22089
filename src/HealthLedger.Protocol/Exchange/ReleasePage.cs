using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>One record of a release: its event, where it stands, and its ciphertexts.</summary>
public sealed record ReleasedRecord
{
    /// <summary>The record id; the reader checks that it is the event's hash.</summary>
    public required Hash32 RecordId { get; init; }

    /// <summary>The encoded record.add or record.amend.</summary>
    public required ReadOnlyMemory<byte> Event { get; init; }

    /// <summary>The provider that signed it. The receipt of <see cref="Leaf"/> proves it.</summary>
    public required string Author { get; init; }

    /// <summary>The leaf index of its entry.</summary>
    public required long Leaf { get; init; }

    /// <summary>The time of its block, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The manifest object (kind 2).</summary>
    public required ReadOnlyMemory<byte> Manifest { get; init; }

    /// <summary>The wrapped-keys object (kind 3).</summary>
    public required ReadOnlyMemory<byte> WrappedKeys { get; init; }

    /// <summary>The content object (kind 1); null, or empty, when it was not asked for.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    internal void Write(CborWriter writer)
    {
        bool hasContent = Content is { IsEmpty: false };
        writer.WriteMapStart(hasContent ? 8 : 7);
        writer.WriteInt(1);
        writer.WriteHash(RecordId);
        writer.WriteInt(2);
        writer.WriteBytes(Event.Span);
        writer.WriteInt(3);
        writer.WriteText(Author);
        writer.WriteInt(4);
        writer.WriteInt(Leaf);
        writer.WriteInt(5);
        writer.WriteInt(Time);
        writer.WriteInt(6);
        writer.WriteBytes(Manifest.Span);
        writer.WriteInt(7);
        writer.WriteBytes(WrappedKeys.Span);
        if (!hasContent) return;
        writer.WriteInt(8);
        writer.WriteBytes(Content!.Value.Span);
    }

    internal static ReleasedRecord Read(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        int pairs = reader.ReadMapStart();
        if (pairs is not (7 or 8)) reader.Fail("A released record has seven or eight fields.");
        reader.ReadKey(1);
        Hash32 id = reader.ReadHash();
        reader.ReadKey(2);
        ReadOnlyMemory<byte> @event = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.SubmissionBytesMax);
        reader.ReadKey(3);
        string author = ExchangeCodec.ReadDid(ref reader);
        reader.ReadKey(4);
        long leaf = ExchangeCodec.ReadLong(ref reader);
        reader.ReadKey(5);
        long time = ExchangeCodec.ReadTime(ref reader);
        reader.ReadKey(6);
        ReadOnlyMemory<byte> manifest = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.ObjectBytesMax);
        reader.ReadKey(7);
        ReadOnlyMemory<byte> wrapped = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.ObjectBytesMax);
        ReadOnlyMemory<byte>? content = null;
        if (pairs == 8)
        {
            reader.ReadKey(8);
            content = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.ObjectBytesMax);
            if (content is { IsEmpty: true }) reader.Fail("A content that is not there is left out.");
        }
        return new ReleasedRecord { RecordId = id, Event = @event, Author = author, Leaf = leaf, Time = time, Manifest = manifest, WrappedKeys = wrapped, Content = content };
    }
}

/// <summary>
/// One page of what a permit opens. The first page carries the whole list, which the reader checks against the permit's count and
/// root, so that nothing can be left out unnoticed; it and the sealed keys come before any record that needs them.
/// </summary>
public sealed record ReleasePage
{
    /// <summary>On the first page, every segment of the permit ascending by id; null on later pages, and for an access to named records.</summary>
    public IReadOnlyList<SegmentList>? SegmentLists { get; init; }

    /// <summary>Records in the order of the list (segment by segment), or as asked.</summary>
    public required IReadOnlyList<ReleasedRecord> Records { get; init; }

    /// <summary>Objects of kinds 5, 6 and 7 that open the envelopes for the asker; on the first page.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> SealedKeys { get; init; }

    /// <summary>The envelopes (kind 4) that this page's records name, each once a page.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Envelopes { get; init; }

    /// <summary>Where the next page begins; null, or empty, on the last one.</summary>
    public ReadOnlyMemory<byte>? Cursor { get; init; }

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(4096);
        writer.WriteMapStart(3 + (SegmentLists is null ? 0 : 1) + (Cursor is { IsEmpty: false } ? 1 : 0));
        if (SegmentLists is not null)
        {
            writer.WriteInt(1);
            ExchangeCodec.WriteList(writer, SegmentLists, static (w, list) => list.Write(w));
        }
        writer.WriteInt(2);
        ExchangeCodec.WriteList(writer, Records, static (w, record) => record.Write(w));
        writer.WriteInt(3);
        ExchangeCodec.WriteObjects(writer, SealedKeys);
        writer.WriteInt(4);
        ExchangeCodec.WriteObjects(writer, Envelopes);
        if (Cursor is { IsEmpty: false } cursor)
        {
            writer.WriteInt(5);
            writer.WriteBytes(cursor.Span);
        }
        return writer.ToArray();
    }

    /// <summary>Decodes one; the parts point into <paramref name="encoded"/>.</summary>
    public static Result<ReleasePage> Decode(ReadOnlyMemory<byte> encoded) => ExchangeCodec.Decode(encoded, ExchangeLimits.AnswerBytesMax, Read);

    private static ReleasePage Read(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        SegmentList[]? lists = null;
        ReleasedRecord[] records = [];
        ReadOnlyMemory<byte>[] sealedKeys = [], envelopes = [];
        ReadOnlyMemory<byte>? cursor = null;
        int seen = 0, pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int key))
        {
            seen |= 1 << key;
            switch (key)
            {
                case 1: lists = ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.SegmentsMax, SegmentList.Read); break;
                case 2: records = ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.PageRecordsMax, ReleasedRecord.Read); break;
                case 3: sealedKeys = ExchangeCodec.ReadObjects(ref reader, source); break;
                case 4: envelopes = ExchangeCodec.ReadObjects(ref reader, source); break;
                case 5:
                    cursor = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.CursorBytesMax);
                    if (cursor is { IsEmpty: true }) reader.Fail("A cursor that is empty is left out.");
                    break;
                default: ExchangeCodec.Unknown(ref reader, key); break;
            }
        }
        ExchangeCodec.Require(ref reader, seen, ExchangeCodec.Keys(2, 4));
        return new ReleasePage { SegmentLists = lists, Records = records, SealedKeys = sealedKeys, Envelopes = envelopes, Cursor = cursor };
    }
}
