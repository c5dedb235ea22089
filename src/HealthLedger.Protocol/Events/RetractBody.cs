using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>302 record.retract: <c>{1: record, 2: recordKey}</c>, entered in error.</summary>
public sealed record RetractBody
{
    /// <summary>The record id of the newest version.</summary>
    public required Hash32 Record { get; init; }

    /// <summary>The retraction's own key in its source, blinded: the same retraction again is a duplicate.</summary>
    public required Hash32 RecordKey { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<RetractBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 2);
        reader.ReadKey(1);
        Hash32 record = reader.ReadHash();
        reader.ReadKey(2);
        Hash32 recordKey = reader.ReadHash();
        return reader.End() ? new RetractBody { Record = record, RecordKey = recordKey } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(2);
        writer.WriteUInt(1);
        writer.WriteHash(Record);
        writer.WriteUInt(2);
        writer.WriteHash(RecordKey);
    }
}
