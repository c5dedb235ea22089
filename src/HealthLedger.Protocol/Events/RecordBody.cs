using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>300 record.add and 301 record.amend: hashes of what lies encrypted in the vault, and where it belongs.</summary>
public sealed record RecordBody
{
    /// <summary>1: the record's key in its source, blinded; unique under the issuer.</summary>
    public required Hash32 RecordKey { get; init; }

    /// <summary>2: the content, blinded; the same key with another content is a conflict.</summary>
    public required Hash32 ContentKey { get; init; }

    /// <summary>3: the logical thing that versions share.</summary>
    public required Id16 Resource { get; init; }

    /// <summary>4: the segment it belongs to.</summary>
    public required Id16 Segment { get; init; }

    /// <summary>5: the key id it is sealed to; must be the segment's newest.</summary>
    public required Hash32 SegmentKey { get; init; }

    /// <summary>6: the manifest's object name.</summary>
    public required Hash32 Manifest { get; init; }

    /// <summary>7: the content's object name.</summary>
    public required Hash32 Content { get; init; }

    /// <summary>8: the wrapped keys' object name.</summary>
    public required Hash32 WrappedKeys { get; init; }

    /// <summary>9: the envelope's object name.</summary>
    public required Hash32 Envelope { get; init; }

    /// <summary>10, first: commitment to the manifest's key.</summary>
    public required Hash32 ManifestKey { get; init; }

    /// <summary>10, second: commitment to the content's key.</summary>
    public required Hash32 DataKey { get; init; }

    /// <summary>11: the record id that this version follows; null for record.add.</summary>
    public Hash32? Amends { get; init; }

    /// <summary>Decodes the body of an add (without 11) or, when <paramref name="amend"/>, of an amendment (with 11).</summary>
    public static Result<RecordBody> Decode(ReadOnlySpan<byte> body, bool amend)
    {
        CborReader reader = new(body);
        if (reader.ReadMapStart() != (amend ? 11 : 10)) reader.Fail(amend ? "An amendment has 11 fields." : "A record has 10 fields.");
        Hash32 recordKey = ReadHash(ref reader, 1);
        Hash32 contentKey = ReadHash(ref reader, 2);
        reader.ReadKey(3);
        Id16 resource = reader.ReadId16();
        reader.ReadKey(4);
        Id16 segment = reader.ReadId16();
        Hash32 segmentKey = ReadHash(ref reader, 5);
        Hash32 manifest = ReadHash(ref reader, 6);
        Hash32 content = ReadHash(ref reader, 7);
        Hash32 wrappedKeys = ReadHash(ref reader, 8);
        Hash32 envelope = ReadHash(ref reader, 9);
        reader.ReadKey(10);
        reader.ReadArrayStart(2);
        Hash32 manifestKey = reader.ReadHash();
        Hash32 dataKey = reader.ReadHash();
        Hash32? amends = amend ? ReadHash(ref reader, 11) : null;
        if (!reader.End()) return reader.Fault;
        return new RecordBody
        {
            RecordKey = recordKey, ContentKey = contentKey, Resource = resource, Segment = segment, SegmentKey = segmentKey,
            Manifest = manifest, Content = content, WrappedKeys = wrappedKeys, Envelope = envelope,
            ManifestKey = manifestKey, DataKey = dataKey, Amends = amends,
        };
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(Amends is null ? 10 : 11);
        WriteHash(writer, 1, RecordKey);
        WriteHash(writer, 2, ContentKey);
        writer.WriteUInt(3);
        writer.WriteId16(Resource);
        writer.WriteUInt(4);
        writer.WriteId16(Segment);
        WriteHash(writer, 5, SegmentKey);
        WriteHash(writer, 6, Manifest);
        WriteHash(writer, 7, Content);
        WriteHash(writer, 8, WrappedKeys);
        WriteHash(writer, 9, Envelope);
        writer.WriteUInt(10);
        writer.WriteArrayStart(2);
        writer.WriteHash(ManifestKey);
        writer.WriteHash(DataKey);
        if (Amends is { } amends) WriteHash(writer, 11, amends);
    }

    private static Hash32 ReadHash(ref CborReader reader, int key)
    {
        reader.ReadKey(key);
        return reader.ReadHash();
    }

    private static void WriteHash(CborWriter writer, uint key, Hash32 hash)
    {
        writer.WriteUInt(key);
        writer.WriteHash(hash);
    }
}
