namespace HealthLedger.Protocol.Did;

/// <summary>The name of a network: <c>[a-z][a-z0-9-]{2,39}</c>.</summary>
public static class NetworkName
{
    /// <summary>The shortest name.</summary>
    public const int LengthMin = 3;

    /// <summary>The longest name.</summary>
    public const int LengthMax = 40;

    /// <summary>True for a name that a network may have.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is < LengthMin or > LengthMax || !char.IsAsciiLetterLower(name[0])) return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }
}
