using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>A refusal on the wire: the body of every answer that is not a success (FORMATS.md section 8).</summary>
/// <param name="Fault">The code and the sentence.</param>
/// <param name="RetryAfterMilliseconds">When trying again makes sense; null where it does not.</param>
public sealed record FaultAnswer(Fault Fault, long? RetryAfterMilliseconds = null)
{
    /// <summary>The content type over HTTP.</summary>
    public const string ContentType = "application/problem+cbor";

    /// <summary>The longest sentence, in bytes of UTF-8; longer ones are cut.</summary>
    public const int MessageBytesMax = 1_024;

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(160);
        writer.WriteMapStart(RetryAfterMilliseconds is null ? 2 : 3);
        writer.WriteInt(1);
        writer.WriteInt((int)Fault.Code);
        writer.WriteInt(2);
        writer.WriteTextUtf8(Cut(System.Text.Encoding.UTF8.GetBytes(Fault.Message ?? "")));
        if (RetryAfterMilliseconds is { } wait)
        {
            writer.WriteInt(3);
            writer.WriteInt(wait);
        }
        return writer.ToArray();
    }

    /// <summary>Decodes one. A code that this software does not know is kept as a number.</summary>
    public static Result<FaultAnswer> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, 2 * MessageBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            int pairs = reader.ReadMapStart();
            if (pairs is not (2 or 3)) reader.Fail("A fault has two or three fields.");
            reader.ReadKey(1);
            int code = reader.ReadInt32(ushort.MaxValue);
            if (code == 0) reader.Fail("A fault has a code.", FaultCode.FormatValue);
            reader.ReadKey(2);
            string message = reader.ReadText(MessageBytesMax);
            long? wait = null;
            if (pairs == 3)
            {
                reader.ReadKey(3);
                wait = ExchangeCodec.ReadLong(ref reader);
            }
            return new FaultAnswer(new Fault((FaultCode)code, message), wait);
        });

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MessageBytesMax) return utf8;
        int end = MessageBytesMax;
        while (end > 0 && (utf8[end] & 0xC0) == 0x80) end--;
        return utf8[..end];
    }
}
