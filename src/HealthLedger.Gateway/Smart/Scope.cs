namespace HealthLedger.Gateway.Smart;

/// <summary>One SMART v2 scope of a backend service, <c>system/Observation.rs</c> or <c>system/*.cruds</c>.</summary>
/// <param name="ResourceType">A resource type, or <c>*</c>.</param>
/// <param name="Access">What it permits there.</param>
public sealed record Scope(string ResourceType, ScopeAccess Access)
{
    /// <summary>Reads a scope of SMART v2 or v1 (<c>.read</c>, <c>.write</c>, <c>.*</c>); null where it is anything else.</summary>
    public static Scope? Parse(string text)
    {
        if (!text.StartsWith("system/", StringComparison.Ordinal)) return null;
        string[] parts = text["system/".Length..].Split('.');
        if (parts.Length != 2 || !IsType(parts[0]) || Accesses(parts[1]) is not { } access) return null;
        return new Scope(parts[0], access);
    }

    /// <summary>The scope as SMART v2 spells it.</summary>
    public override string ToString()
    {
        Span<char> letters = stackalloc char[5];
        int length = 0;
        for (int i = 0; i < 5; i++)
            if (Access.HasFlag((ScopeAccess)(1 << i))) letters[length++] = "cruds"[i];
        return $"system/{ResourceType}.{letters[..length]}";
    }

    private static bool IsType(string text) =>
        text == "*" || (text.Length is > 0 and <= 64 && char.IsAsciiLetterUpper(text[0]) && text.All(char.IsAsciiLetter));

    // v2 letters stand in the order c, r, u, d, s, each at most once.
    private static ScopeAccess? Accesses(string text)
    {
        switch (text)
        {
            case "read": return ScopeAccess.Read | ScopeAccess.Search;
            case "write": return ScopeAccess.Create | ScopeAccess.Update | ScopeAccess.Delete;
            case "*": return ScopeAccess.All;
        }
        ScopeAccess access = ScopeAccess.None;
        int from = 0;
        foreach (char letter in text)
        {
            int at = "cruds".IndexOf(letter, StringComparison.Ordinal);
            if (at < from) return null;
            access |= (ScopeAccess)(1 << at);
            from = at + 1;
        }
        return access == ScopeAccess.None ? null : access;
    }
}
