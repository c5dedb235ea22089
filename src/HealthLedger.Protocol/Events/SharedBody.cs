using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>110 organization.shared: <c>{}</c>.</summary>
public sealed record SharedBody
{
    /// <summary>Decodes a body.</summary>
    public static Result<SharedBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 0);
        return reader.End() ? new SharedBody() : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer) => writer.WriteMapStart(0);
}
