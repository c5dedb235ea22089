using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>Asks where logical resources lie. At most <see cref="ExchangeLimits.KeysMax"/>.</summary>
/// <param name="Ids">Resource ids (FORMATS.md section 2).</param>
public sealed record ResourcesRequest(IReadOnlyList<Id16> Ids)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(16 + 17 * Ids.Count);
        writer.WriteMapStart(1);
        writer.WriteInt(1);
        ExchangeCodec.WriteIds(writer, Ids);
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<ResourcesRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            if (reader.ReadMapStart() != 1) reader.Fail("The request has one field.");
            reader.ReadKey(1);
            return new ResourcesRequest(ExchangeCodec.ReadIds(ref reader, ExchangeLimits.KeysMax));
        });
}

/// <summary>One version of a resource.</summary>
/// <param name="RecordId">The record; for a retraction, the one that was retracted.</param>
/// <param name="Leaf">The leaf index of the entry.</param>
/// <param name="Kind">The event type: 300 added, 301 amended, 302 retracted.</param>
public readonly record struct ResourceVersion(Hash32 RecordId, long Leaf, int Kind);

/// <summary>A resource in the ledger.</summary>
/// <param name="Shard">The shard of its subject.</param>
/// <param name="Subject">The patient, or organization, it belongs to.</param>
/// <param name="Versions">Its versions in ledger order.</param>
public sealed record ResourceHit(int Shard, string Subject, IReadOnlyList<ResourceVersion> Versions)
{
    /// <summary>The most versions of one resource that an answer lists; the newest ones.</summary>
    public const int VersionsMax = 4_096;
}

/// <summary>For each id that was asked for, in order: the resource, or null where there is none.</summary>
/// <param name="Hits">As many as ids were asked for.</param>
public sealed record ResourcesAnswer(IReadOnlyList<ResourceHit?> Hits)
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
            w.WriteArrayStart(3);
            w.WriteInt(hit.Shard);
            w.WriteText(hit.Subject);
            ExchangeCodec.WriteList(w, hit.Versions, static (v, version) =>
            {
                v.WriteArrayStart(3);
                v.WriteHash(version.RecordId);
                v.WriteInt(version.Leaf);
                v.WriteInt(version.Kind);
            });
        });
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<ResourcesAnswer> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.AnswerBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
            new ResourcesAnswer(ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.KeysMax, ReadHit)));

    private static ResourceHit? ReadHit(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        if (reader.TryReadNull()) return null;
        reader.ReadArrayStart(3);
        int shard = reader.ReadInt32();
        string subject = ExchangeCodec.ReadDid(ref reader);
        return new ResourceHit(shard, subject, ExchangeCodec.ReadList(ref reader, source, ResourceHit.VersionsMax, ReadVersion));
    }

    private static ResourceVersion ReadVersion(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        reader.ReadArrayStart(3);
        Hash32 record = reader.ReadHash();
        long leaf = ExchangeCodec.ReadLong(ref reader);
        return new ResourceVersion(record, leaf, reader.ReadInt32());
    }
}
