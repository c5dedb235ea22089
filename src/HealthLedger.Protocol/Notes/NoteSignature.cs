namespace HealthLedger.Protocol.Notes;

/// <summary>One signature line of a note. Says nothing until a key with this name and id has verified it.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's id, a hint of 32 bits.</param>
/// <param name="Signature">The signature bytes, of whatever algorithm.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>The rule for the names of keys [C2SP signed-note].</summary>
public static class NoteName
{
    /// <summary>The longest name, in characters; a bound of our own.</summary>
    public const int LengthMax = 255;

    /// <summary>True for a name that is not empty and holds no Unicode space, no plus and no control character.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > LengthMax) return false;
        foreach (char c in name)
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c == '+') return false;
        return true;
    }
}
