using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>900 directory.note: <c>{1: hash}</c>.</summary>
public sealed record DirectoryNoteBody
{
    /// <summary>The hash of the policy or key statement.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<DirectoryNoteBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        BodyFields.ReadMap(ref reader, 1);
        reader.ReadKey(1);
        Hash32 hash = reader.ReadHash();
        return reader.End() ? new DirectoryNoteBody { Hash = hash } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(1);
        writer.WriteUInt(1);
        writer.WriteHash(Hash);
    }
}
