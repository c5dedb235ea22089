using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Wire;

/// <summary>A certificate as an encoding of its own.</summary>
internal static class CertificateBytes
{
    public static byte[] Encode(Certificate certificate)
    {
        CborWriter writer = new(1024);
        VoteCodec.Write(writer, certificate);
        return writer.ToArray();
    }

    /// <summary>Reads one; null where there is none or it is malformed. Nothing is verified.</summary>
    public static Certificate? TryDecode(ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { IsEmpty: false } encoded) return null;
        CborReader reader = new(encoded.Span);
        Certificate? certificate = VoteCodec.Read(ref reader);
        return reader.End() ? certificate : null;
    }
}
