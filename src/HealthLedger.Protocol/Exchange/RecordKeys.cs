using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>Asks which of these record keys the asker has in the ledger already. At most <see cref="ExchangeLimits.KeysMax"/>.</summary>
/// <param name="Keys">Record keys: HMACs under the asker's index key (FORMATS.md section 2).</param>
public sealed record RecordKeysRequest(IReadOnlyList<Hash32> Keys)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(16 + 34 * Keys.Count);
        writer.WriteMapStart(1);
        writer.WriteInt(1);
        ExchangeCodec.WriteHashes(writer, Keys);
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<RecordKeysRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            if (reader.ReadMapStart() != 1) reader.Fail("The request has one field.");
            reader.ReadKey(1);
            return new RecordKeysRequest(ExchangeCodec.ReadHashes(ref reader, ExchangeLimits.KeysMax));
        });
}

/// <summary>A record that the asker has in the ledger.</summary>
/// <param name="RecordId">Its record id: the event hash of its record.add or record.amend.</param>
/// <param name="ContentKey">The HMAC of its content: equal means the same content.</param>
/// <param name="Resource">The logical resource it is a version of.</param>
/// <param name="Subject">The patient it belongs to.</param>
/// <param name="Leaf">The leaf index of its entry.</param>
/// <param name="Shard">The patient's shard.</param>
public sealed record RecordKeyHit(Hash32 RecordId, Hash32 ContentKey, Id16 Resource, string Subject, long Leaf, int Shard);

/// <summary>For each key that was asked for, in order: the record, or null where there is none.</summary>
/// <param name="Hits">As many as keys were asked for.</param>
public sealed record RecordKeysAnswer(IReadOnlyList<RecordKeyHit?> Hits)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(16 + 160 * Hits.Count);
        ExchangeCodec.WriteList(writer, Hits, static (w, hit) =>
        {
            if (hit is null)
            {
                w.WriteNull();
                return;
            }
            w.WriteArrayStart(6);
            w.WriteHash(hit.RecordId);
            w.WriteHash(hit.ContentKey);
            w.WriteBytes(hit.Resource.Bytes);
            w.WriteText(hit.Subject);
            w.WriteInt(hit.Leaf);
            w.WriteInt(hit.Shard);
        });
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<RecordKeysAnswer> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.AnswerBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
            new RecordKeysAnswer(ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.KeysMax, ReadHit)));

    private static RecordKeyHit? ReadHit(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        if (reader.TryReadNull()) return null;
        reader.ReadArrayStart(6);
        Hash32 record = reader.ReadHash();
        Hash32 content = reader.ReadHash();
        Id16 resource = ExchangeCodec.ReadId(ref reader);
        string subject = ExchangeCodec.ReadDid(ref reader);
        long leaf = ExchangeCodec.ReadLong(ref reader);
        return new RecordKeyHit(record, content, resource, subject, leaf, reader.ReadInt32());
    }
}
