using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>Asks for the grants on a patient: all of them for the patient and its steward, else those to the asker.</summary>
/// <param name="Did">The patient.</param>
public sealed record GrantsRequest(string Did)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(96);
        writer.WriteMapStart(1);
        writer.WriteInt(1);
        writer.WriteText(Did);
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<GrantsRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            if (reader.ReadMapStart() != 1) reader.Fail("The request has one field.");
            reader.ReadKey(1);
            return new GrantsRequest(ExchangeCodec.ReadDid(ref reader));
        });
}

/// <summary>One grant and what became of it.</summary>
public sealed record GrantView
{
    /// <summary>The grant.</summary>
    public required Id16 Grant { get; init; }

    /// <summary>The encoded grant.create, which says who, what, why and until when.</summary>
    public required ReadOnlyMemory<byte> Event { get; init; }

    /// <summary>The leaf index of its entry.</summary>
    public required long Leaf { get; init; }

    /// <summary>The time of its block, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>How often it was used.</summary>
    public required long Used { get; init; }

    /// <summary>When it was revoked, in milliseconds since 1970; null while it was not.</summary>
    public long? RevokedAt { get; init; }

    /// <summary>When its end by time or use was written down; null while it was not.</summary>
    public long? ClosedAt { get; init; }

    internal void Write(CborWriter writer)
    {
        writer.WriteMapStart(5 + (RevokedAt is null ? 0 : 1) + (ClosedAt is null ? 0 : 1));
        writer.WriteInt(1);
        writer.WriteBytes(Grant.Bytes);
        writer.WriteInt(2);
        writer.WriteBytes(Event.Span);
        writer.WriteInt(3);
        writer.WriteInt(Leaf);
        writer.WriteInt(4);
        writer.WriteInt(Time);
        writer.WriteInt(5);
        writer.WriteInt(Used);
        if (RevokedAt is { } revoked)
        {
            writer.WriteInt(6);
            writer.WriteInt(revoked);
        }
        if (ClosedAt is { } closed)
        {
            writer.WriteInt(7);
            writer.WriteInt(closed);
        }
    }

    internal static GrantView Read(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        Id16 grant = default;
        ReadOnlyMemory<byte> @event = default;
        long leaf = 0, time = 0, used = 0;
        long? revoked = null, closed = null;
        int seen = 0, pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int key))
        {
            seen |= 1 << key;
            switch (key)
            {
                case 1: grant = ExchangeCodec.ReadId(ref reader); break;
                case 2: @event = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.SubmissionBytesMax); break;
                case 3: leaf = ExchangeCodec.ReadLong(ref reader); break;
                case 4: time = ExchangeCodec.ReadTime(ref reader); break;
                case 5: used = ExchangeCodec.ReadLong(ref reader); break;
                case 6: revoked = ExchangeCodec.ReadTime(ref reader); break;
                case 7: closed = ExchangeCodec.ReadTime(ref reader); break;
                default: ExchangeCodec.Unknown(ref reader, key); break;
            }
        }
        ExchangeCodec.Require(ref reader, seen, ExchangeCodec.Keys(1, 5));
        return new GrantView { Grant = grant, Event = @event, Leaf = leaf, Time = time, Used = used, RevokedAt = revoked, ClosedAt = closed };
    }
}

/// <summary>The grants on a patient, ascending by leaf.</summary>
/// <param name="Grants">At most <see cref="ExchangeLimits.GrantsMax"/>, the newest ones.</param>
public sealed record GrantsAnswer(IReadOnlyList<GrantView> Grants)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(1024);
        ExchangeCodec.WriteList(writer, Grants, static (w, grant) => grant.Write(w));
        return writer.ToArray();
    }

    /// <summary>Decodes one; the events point into <paramref name="encoded"/>.</summary>
    public static Result<GrantsAnswer> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.AnswerBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
            new GrantsAnswer(ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.GrantsMax, GrantView.Read)));
}
