using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// Asks for the receipt of one entry. The answer is the receipt's own bytes (FORMATS.md section 5). Who may ask: the statement's
/// issuer, and the patient it is about or its steward. By statement id anybody may ask over HTTP, since the id cannot be guessed.
/// </summary>
/// <param name="Shard">The shard.</param>
/// <param name="Leaf">The leaf index of the entry.</param>
public sealed record ReceiptRequest(int Shard, long Leaf)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(24);
        writer.WriteMapStart(2);
        writer.WriteInt(1);
        writer.WriteInt(Shard);
        writer.WriteInt(2);
        writer.WriteInt(Leaf);
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<ReceiptRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            if (reader.ReadMapStart() != 2) reader.Fail("The request has two fields.");
            reader.ReadKey(1);
            int shard = reader.ReadInt32();
            reader.ReadKey(2);
            return new ReceiptRequest(shard, ExchangeCodec.ReadLong(ref reader));
        });
}
