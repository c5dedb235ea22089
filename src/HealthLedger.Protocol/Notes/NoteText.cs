using System.Text;

namespace HealthLedger.Protocol.Notes;

/// <summary>Strict readings of the small pieces that notes are made of.</summary>
internal static class NoteText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Standard base64 with padding [RFC 4648 §4], without white space and with unused bits zero: one text for one value.</summary>
    public static bool TryBase64(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 4 * 3];
        if (text.Length % 4 != 0 || !Convert.TryFromBase64Chars(text, bytes, out int written)) return false;
        bytes = bytes[..written];
        return text.SequenceEqual(Convert.ToBase64String(bytes));
    }

    /// <summary>A decimal number without sign or leading zeroes.</summary>
    public static bool TryDecimal(ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        if (text.IsEmpty || (text.Length > 1 && text[0] == '0')) return false;
        foreach (char c in text)
            if (!char.IsAsciiDigit(c)) return false;
        return ulong.TryParse(text, out number);
    }

    /// <summary>Valid UTF-8 as a string.</summary>
    public static bool TryUtf8(ReadOnlySpan<byte> utf8, out string text)
    {
        text = System.Text.Unicode.Utf8.IsValid(utf8) ? Strict.GetString(utf8) : "";
        return utf8.IsEmpty || text.Length > 0;
    }
}
