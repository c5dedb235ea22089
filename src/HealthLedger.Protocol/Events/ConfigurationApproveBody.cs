using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>911 configuration.approve: <c>{1: configuration}</c>. The body of 910 is the configuration itself (<c>Genesis.ConfigurationCodec</c>).</summary>
public sealed record ConfigurationApproveBody
{
    /// <summary>The hash of the configuration that is approved.</summary>
    public required Hash32 Configuration { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<ConfigurationApproveBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 1);
        reader.ReadKey(1);
        Hash32 configuration = reader.ReadHash();
        return reader.End() ? new ConfigurationApproveBody { Configuration = configuration } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(1);
        writer.WriteUInt(1);
        writer.WriteHash(Configuration);
    }
}
