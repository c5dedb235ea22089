using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// What a client hands to a node: a submission and the vault objects that its events name, which the node puts on the validators'
/// disks first. An object's name is the hash of its bytes, so none is written beside it (FORMATS.md section 8).
/// </summary>
/// <param name="Submission">The encoded submission of FORMATS.md section 1: the statement and its events.</param>
/// <param name="Objects">Vault objects of FORMATS.md section 6; those that the validators already hold may be left out.</param>
public sealed record SubmissionEnvelope(ReadOnlyMemory<byte> Submission, IReadOnlyList<ReadOnlyMemory<byte>> Objects)
{
    /// <summary>The canonical CBOR of the envelope.</summary>
    public byte[] Encode()
    {
        long bytes = Submission.Length + 16L;
        for (int i = 0; i < Objects.Count; i++) bytes += Objects[i].Length + 5;
        CborWriter writer = new(checked((int)bytes));
        writer.WriteArrayStart(2);
        writer.WriteBytes(Submission.Span);
        ExchangeCodec.WriteObjects(writer, Objects);
        return writer.ToArray();
    }

    /// <summary>Decodes an envelope of at most <see cref="ExchangeLimits.EnvelopeBytesMax"/>; the parts point into <paramref name="encoded"/>.</summary>
    public static Result<SubmissionEnvelope> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.EnvelopeBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> source) =>
        {
            reader.ReadArrayStart(2);
            ReadOnlyMemory<byte> submission = ExchangeCodec.ReadMemory(ref reader, source, ExchangeLimits.SubmissionBytesMax);
            return new SubmissionEnvelope(submission, ExchangeCodec.ReadObjects(ref reader, source));
        });
}
