using System.Text;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Notes;

/// <summary>
/// A text that proves offline that a leaf is in a log [C2SP tlog-proof@v1]: the leaf's index, its inclusion proof, the signed checkpoint,
/// and extra data that nobody vouches for.
/// </summary>
/// <param name="Index">Place of the leaf.</param>
/// <param name="Proof">The inclusion proof, the leaf's sibling first.</param>
/// <param name="Note">The signed checkpoint, verbatim.</param>
/// <param name="Extra">Opaque, unauthenticated data; null where there is none.</param>
public sealed record TlogProof(ulong Index, IReadOnlyList<Hash32> Proof, string Note, byte[]? Extra = null)
{
    /// <summary>The first line.</summary>
    public const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>The longest text, in characters.</summary>
    public const int LengthMax = SignedNote.BytesMax + 65_536;

    /// <summary>The most hashes: a tree of 2^63 leaves needs no more.</summary>
    public const int ProofMax = 63;

    /// <summary>Parses the format; neither the checkpoint nor the proof is verified.</summary>
    public static Result<TlogProof> Parse(string text)
    {
        if (text.Length > LengthMax) return new Fault(FaultCode.FormatLimit, $"The proof is longer than {LengthMax} characters.");
        int blank = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0) return Malformed("The proof has no empty line before its checkpoint.");
        string[] lines = text[..blank].Split('\n', ProofMax + 4);
        string note = text[(blank + 2)..];
        int next = 0;
        if (lines[next++] != Header) return Malformed($"The proof does not start with \"{Header}\".");
        byte[]? extra = null;
        if (next < lines.Length && lines[next].StartsWith("extra ", StringComparison.Ordinal) && !NoteText.TryBase64(lines[next++].AsSpan(6), out extra))
            return Malformed("The proof's extra data is not in base64.");
        if (next >= lines.Length || !lines[next].StartsWith("index ", StringComparison.Ordinal) || !NoteText.TryDecimal(lines[next++].AsSpan(6), out ulong index))
            return Malformed("The proof has no index.");
        if (lines.Length - next > ProofMax) return new Fault(FaultCode.FormatLimit, $"The proof has more than {ProofMax} hashes.");
        List<Hash32> proof = [];
        for (; next < lines.Length; next++)
        {
            if (!NoteText.TryBase64(lines[next], out byte[] hash) || hash.Length != Hash32.Length) return Malformed("A hash of the proof is not 32 bytes in base64.");
            proof.Add(new Hash32(hash));
        }
        if (note.Length == 0) return Malformed("The proof has no checkpoint.");
        return new TlogProof(index, proof, note, extra);
    }

    /// <summary>The format, as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Header).Append('\n');
        if (Extra is not null) text.Append("extra ").Append(Convert.ToBase64String(Extra)).Append('\n');
        text.Append("index ").Append(Index).Append('\n');
        foreach (Hash32 hash in Proof) text.Append(Convert.ToBase64String(hash.Bytes)).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    /// <summary>
    /// The checkpoint, once a trusted key has signed it under the wanted origin and the leaf is proved to be in its tree. How many
    /// cosignatures are enough is the caller's policy: it gives <paramref name="signers"/> what verified. One verification a known
    /// signature and at most log2 n hashes.
    /// </summary>
    public Result<Checkpoint> Verify(Hash32 leafHash, string origin, IReadOnlyCollection<INoteVerifier> trusted, Func<IReadOnlyList<INoteVerifier>, bool> signers)
    {
        if (!SignedNote.Parse(Note).TryGet(out SignedNote? note, out Fault fault)) return fault;
        if (!note.Verify(trusted).TryGet(out IReadOnlyList<INoteVerifier>? verified, out fault)) return fault;
        if (!signers(verified)) return new Fault(FaultCode.SignerUnknown, "Too few of the keys that must sign the checkpoint did.");
        if (!Checkpoint.Parse(note.Text).TryGet(out Checkpoint? checkpoint, out fault)) return fault;
        if (checkpoint.Origin != origin) return new Fault(FaultCode.ProofInvalid, "The checkpoint is another log's.");
        if (!TreeVerifier.Inclusion(leafHash, Index, checkpoint.Size, [.. Proof], checkpoint.Root))
            return new Fault(FaultCode.ProofInvalid, "The proof does not lead from the leaf to the checkpoint's root.");
        return checkpoint;
    }

    private static Fault Malformed(string sentence) => new(FaultCode.TextMalformed, sentence);
}
