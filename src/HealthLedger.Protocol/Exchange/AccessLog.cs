using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>Asks for a page of everything that stands in the ledger under a patient. Only the patient and its steward are answered.</summary>
/// <param name="Did">The patient.</param>
/// <param name="After">Only entries with a leaf index above this one; -1 from the beginning.</param>
/// <param name="Limit">At most so many, 1 to <see cref="ExchangeLimits.LogEntriesMax"/>.</param>
public sealed record AccessLogRequest(string Did, long After, int Limit)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(112);
        writer.WriteMapStart(After < 0 ? 2 : 3);
        writer.WriteInt(1);
        writer.WriteText(Did);
        if (After >= 0)
        {
            writer.WriteInt(2);
            writer.WriteInt(After);
        }
        writer.WriteInt(3);
        writer.WriteInt(Limit);
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<AccessLogRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            int pairs = reader.ReadMapStart();
            if (pairs is not (2 or 3)) reader.Fail("The request has two or three fields.");
            reader.ReadKey(1);
            string did = ExchangeCodec.ReadDid(ref reader);
            long after = -1;
            if (pairs == 3)
            {
                reader.ReadKey(2);
                after = ExchangeCodec.ReadLong(ref reader);
            }
            reader.ReadKey(3);
            int limit = reader.ReadInt32(ExchangeLimits.LogEntriesMax);
            if (limit == 0) reader.Fail("A page has at least one entry.", FaultCode.FormatValue);
            return new AccessLogRequest(did, after, limit);
        });
}

/// <summary>One entry under a patient.</summary>
public sealed record LogEntry
{
    /// <summary>The leaf index of the entry; its receipt proves it.</summary>
    public required long Leaf { get; init; }

    /// <summary>The height of its block.</summary>
    public required long Height { get; init; }

    /// <summary>The time of its block, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The statement's issuer.</summary>
    public required string Issuer { get; init; }

    /// <summary>The encoded event.</summary>
    public required ReadOnlyMemory<byte> Event { get; init; }

    /// <summary>The encoded outcome.</summary>
    public required ReadOnlyMemory<byte> Outcome { get; init; }

    /// <summary>For an access, the note object (kind 9) that names the person, where it is still held; null, or empty, where it is not.</summary>
    public ReadOnlyMemory<byte>? Note { get; init; }

    internal void Write(CborWriter writer)
    {
        bool hasNote = Note is { IsEmpty: false };
        writer.WriteMapStart(hasNote ? 7 : 6);
        writer.WriteInt(1);
        writer.WriteInt(Leaf);
        writer.WriteInt(2);
        writer.WriteInt(Height);
        writer.WriteInt(3);
        writer.WriteInt(Time);
        writer.WriteInt(4);
        writer.WriteText(Issuer);
        writer.WriteInt(5);
        writer.WriteBytes(Event.Span);
        writer.WriteInt(6);
        writer.WriteEncoded(Outcome.Span);
        if (!hasNote) return;
        writer.WriteInt(7);
        writer.WriteBytes(Note!.Value.Span);
    }

    internal static LogEntry Read(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        int pairs = reader.ReadMapStart();
        if (pairs is not (6 or 7)) reader.Fail("A log entry has six or seven fields.");
        reader.ReadKey(1);
        long leaf = ExchangeCodec.ReadLong(ref reader);
        reader.ReadKey(2);
        long height = ExchangeCodec.ReadLong(ref reader);
        reader.ReadKey(3);
        long time = ExchangeCodec.ReadTime(ref reader);
        reader.ReadKey(4);
        string issuer = ExchangeCodec.ReadDid(ref reader);
        reader.ReadKey(5);
        ReadOnlyMemory<byte> @event = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.SubmissionBytesMax);
        reader.ReadKey(6);
        ReadOnlyMemory<byte> outcome = ExchangeCodec.ReadEncoded(ref reader, source);
        ReadOnlyMemory<byte>? note = null;
        if (pairs == 7)
        {
            reader.ReadKey(7);
            note = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.ObjectBytesMax);
            if (note is { IsEmpty: true }) reader.Fail("A note that is not there is left out.");
        }
        return new LogEntry { Leaf = leaf, Height = height, Time = time, Issuer = issuer, Event = @event, Outcome = outcome, Note = note };
    }
}

/// <summary>A page of a patient's log, oldest first.</summary>
/// <param name="Entries">The entries, ascending by leaf.</param>
/// <param name="Next">What to ask the next page after; null when there is no more.</param>
public sealed record LogPage(IReadOnlyList<LogEntry> Entries, long? Next)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(4096);
        writer.WriteMapStart(Next is null ? 1 : 2);
        writer.WriteInt(1);
        ExchangeCodec.WriteList(writer, Entries, static (w, entry) => entry.Write(w));
        if (Next is { } next)
        {
            writer.WriteInt(2);
            writer.WriteInt(next);
        }
        return writer.ToArray();
    }

    /// <summary>Decodes one; the parts point into <paramref name="encoded"/>.</summary>
    public static Result<LogPage> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.AnswerBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
        {
            int pairs = reader.ReadMapStart();
            if (pairs is not (1 or 2)) reader.Fail("A log page has one or two fields.");
            reader.ReadKey(1);
            LogEntry[] entries = ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.LogEntriesMax, LogEntry.Read);
            long? next = null;
            if (pairs == 2)
            {
                reader.ReadKey(2);
                next = ExchangeCodec.ReadLong(ref reader);
            }
            return new LogPage(entries, next);
        });
}
