using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>402 grant.close, the closing entry of a grant that has ended by time or use: <c>{1: grant}</c>.</summary>
public sealed record CloseBody
{
    /// <summary>Which grant of the subject.</summary>
    public required Id16 Grant { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<CloseBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 1);
        reader.ReadKey(1);
        Id16 grant = reader.ReadId16();
        return reader.End() ? new CloseBody { Grant = grant } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(1);
        writer.WriteUInt(1);
        writer.WriteId16(Grant);
    }
}
