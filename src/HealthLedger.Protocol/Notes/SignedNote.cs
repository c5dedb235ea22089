using System.Buffers.Binary;
using System.Text;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Notes;

/// <summary>A text and the signatures under it [C2SP signed-note]. The text says nothing until <see cref="Verify"/> has named a trusted key.</summary>
public sealed class SignedNote
{
    /// <summary>The longest note, in bytes.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>The most signature lines.</summary>
    public const int SignaturesMax = 64;

    private const string LineStart = "\u2014 ";

    /// <summary>A note of a text, which ends in a newline, and its signatures.</summary>
    /// <exception cref="ArgumentException">The text does not end in a newline or holds another control character.</exception>
    public SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        if (!text.EndsWith('\n') || HasControl(text)) throw new ArgumentException("A note's text ends in a newline and holds no other control character.", nameof(text));
        (Text, Signatures) = (text, signatures);
    }

    /// <summary>The text, its last newline included.</summary>
    public string Text { get; }

    /// <summary>The signature lines, in order.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Parses a note; no signature is verified.</summary>
    public static Result<SignedNote> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"The note is longer than {BytesMax} bytes.");
        if (!NoteText.TryUtf8(utf8, out string note)) return Malformed("The note is not valid UTF-8.");
        return Parse(note);
    }

    /// <summary>Parses a note; no signature is verified.</summary>
    public static Result<SignedNote> Parse(string note)
    {
        if (note.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"The note is longer than {BytesMax} bytes.");
        if (HasControl(note)) return Malformed("The note holds a control character.");
        int blank = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0) return Malformed("The note has no empty line before its signatures.");
        string text = note[..(blank + 1)];
        string lines = note[(blank + 2)..];
        if (!lines.EndsWith('\n')) return Malformed("The note does not end in a newline.");
        List<NoteSignature> signatures = [];
        foreach (Range range in lines.AsSpan(0, lines.Length - 1).Split('\n'))
        {
            if (signatures.Count == SignaturesMax) return new Fault(FaultCode.FormatLimit, $"The note has more than {SignaturesMax} signatures.");
            if (!TryLine(lines.AsSpan()[range], out NoteSignature? signature)) return Malformed("A signature line of the note is not a dash, a name and a signature in base64.");
            signatures.Add(signature);
        }
        return new SignedNote(text, signatures);
    }

    /// <summary>
    /// The trusted keys whose signatures verify, each once; signatures of other keys are ignored. A fault when there is none, or when a
    /// trusted key's signature does not verify. At most one verification a signature line.
    /// </summary>
    public Result<IReadOnlyList<INoteVerifier>> Verify(IReadOnlyCollection<INoteVerifier> trusted)
    {
        byte[] text = Encoding.UTF8.GetBytes(Text);
        List<INoteVerifier> verified = [];
        foreach (NoteSignature signature in Signatures)
        {
            INoteVerifier? key = trusted.FirstOrDefault(k => k.Name == signature.Name && k.KeyId == signature.KeyId);
            if (key is null || verified.Contains(key)) continue;
            if (!key.Verify(text, signature.Signature.Span)) return new Fault(FaultCode.SignatureInvalid, $"The signature of {key.Name} on the note does not verify.");
            verified.Add(key);
        }
        return verified.Count > 0 ? verified : new Fault(FaultCode.SignerUnknown, "No trusted key signed the note.");
    }

    /// <summary>The note as text, as <see cref="Parse(string)"/> reads it.</summary>
    public override string ToString()
    {
        StringBuilder note = new(Text);
        note.Append('\n');
        foreach (NoteSignature signature in Signatures)
        {
            byte[] bytes = new byte[sizeof(uint) + signature.Signature.Length];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, signature.KeyId);
            signature.Signature.CopyTo(bytes.AsMemory(sizeof(uint)));
            note.Append(LineStart).Append(signature.Name).Append(' ').Append(Convert.ToBase64String(bytes)).Append('\n');
        }
        return note.ToString();
    }

    private static bool TryLine(ReadOnlySpan<char> line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(LineStart)) return false;
        line = line[LineStart.Length..];
        int space = line.IndexOf(' ');
        if (space < 0 || !NoteName.IsValid(line[..space]) || !NoteText.TryBase64(line[(space + 1)..], out byte[] bytes) || bytes.Length <= sizeof(uint)) return false;
        signature = new NoteSignature(line[..space].ToString(), BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(sizeof(uint)));
        return true;
    }

    private static bool HasControl(string text)
    {
        foreach (char c in text)
            if (c < ' ' && c != '\n') return true;
        return false;
    }

    private static Fault Malformed(string sentence) => new(FaultCode.TextMalformed, sentence);
}
