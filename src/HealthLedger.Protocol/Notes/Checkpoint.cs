using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Notes;

/// <summary>The head of a log as the text of a note [C2SP tlog-checkpoint]: origin, size, root, extension lines.</summary>
/// <param name="Origin">Names the log; not empty, one line.</param>
/// <param name="Size">Leaves of the tree.</param>
/// <param name="Root">The tree's root; SHA-256 always, so 32 bytes.</param>
/// <param name="Extensions">Further lines, none of them empty.</param>
public sealed record Checkpoint(string Origin, ulong Size, Hash32 Root, IReadOnlyList<string> Extensions)
{
    private const int LinesMax = 64;

    /// <summary>A head without extension lines.</summary>
    public Checkpoint(string origin, ulong size, Hash32 root) : this(origin, size, root, [])
    {
    }

    /// <summary>Parses the text of a note, which ends in a newline.</summary>
    public static Result<Checkpoint> Parse(string text)
    {
        if (!text.EndsWith('\n')) return Malformed("The checkpoint does not end in a newline.");
        string[] lines = text[..^1].Split('\n', LinesMax + 1);
        if (lines.Length < 3) return Malformed("The checkpoint has fewer than three lines.");
        if (lines.Length > LinesMax) return new Fault(FaultCode.FormatLimit, $"The checkpoint has more than {LinesMax} lines.");
        if (lines.Any(string.IsNullOrEmpty)) return Malformed("The checkpoint has an empty line.");
        if (!NoteText.TryDecimal(lines[1], out ulong size)) return Malformed("The checkpoint's size is not a decimal number.");
        if (!NoteText.TryBase64(lines[2], out byte[] root) || root.Length != Hash32.Length) return Malformed("The checkpoint's root is not 32 bytes in base64.");
        return new Checkpoint(lines[0], size, new Hash32(root), lines[3..]);
    }

    /// <summary>The text of the note, as <see cref="Parse"/> reads it.</summary>
    /// <exception cref="InvalidOperationException">The origin or an extension line is empty or more than one line.</exception>
    public string ToText()
    {
        if (Extensions.Prepend(Origin).Any(line => line.Length == 0 || line.Any(char.IsControl))) throw new InvalidOperationException("A line of a checkpoint is not empty and has no control characters.");
        return string.Concat(Extensions.Prepend(Convert.ToBase64String(Root.Bytes)).Prepend($"{Size}").Prepend(Origin).Select(line => line + "\n"));
    }

    private static Fault Malformed(string sentence) => new(FaultCode.TextMalformed, sentence);
}
