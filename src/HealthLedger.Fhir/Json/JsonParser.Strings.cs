using System.Buffers;
using System.Globalization;
using System.Text;

namespace HealthLedger.Fhir.Json;

/// <summary>Strings: one scan to the closing quote; only those with escapes are built piece by piece.</summary>
internal ref partial struct JsonParser
{
    private static readonly SearchValues<byte> StringStops =
        SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private string? String(int bytesMax)
    {
        at++;
        ReadOnlySpan<byte> rest = text[at..];
        int stop = rest.IndexOfAny(StringStops);
        if (stop >= 0 && rest[stop] == '"')
        {
            if (stop > bytesMax) return NameTooLong(bytesMax);
            at += stop + 1;
            return CommonTexts.Get(rest[..stop]);
        }
        return EscapedString(bytesMax);
    }

    private string? EscapedString(int bytesMax)
    {
        int start = at;
        StringBuilder built = new();
        while (true)
        {
            ReadOnlySpan<byte> rest = text[at..];
            int stop = rest.IndexOfAny(StringStops);
            if (stop < 0) return FailText("The JSON ends inside a string.");
            if (at + stop - start > bytesMax) return NameTooLong(bytesMax);
            built.Append(Encoding.UTF8.GetString(rest[..stop]));
            at += stop;
            if (text[at] == '"')
            {
                at++;
                return built.ToString();
            }
            if (text[at] != '\\') return FailText("A control character in a string must be escaped.");
            if (!Escape(built)) return null;
        }
    }

    private bool Escape(StringBuilder built)
    {
        if (at + 1 >= text.Length) return FailText("The JSON ends inside a string.") is not null;
        byte kind = text[at + 1];
        if (kind == 'u') return UnicodeEscape(built);
        char plain = kind switch
        {
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'/' => '/',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => '\0',
        };
        if (plain == '\0') return FailText("A string has an escape that JSON does not know.") is not null;
        built.Append(plain);
        at += 2;
        return true;
    }

    private bool UnicodeEscape(StringBuilder built)
    {
        if (!TryHex(at, out char unit)) return FailText("A \\u escape needs four hexadecimal digits.") is not null;
        if (char.IsLowSurrogate(unit)) return FailText("A string has half of a surrogate pair.") is not null;
        built.Append(unit);
        at += 6;
        if (!char.IsHighSurrogate(unit)) return true;
        if (!TryHex(at, out char low) || !char.IsLowSurrogate(low))
            return FailText("A string has half of a surrogate pair.") is not null;
        built.Append(low);
        at += 6;
        return true;
    }

    private readonly bool TryHex(int from, out char unit)
    {
        unit = '\0';
        if (from + 6 > text.Length || text[from] != '\\' || text[from + 1] != 'u') return false;
        ReadOnlySpan<byte> digits = text.Slice(from + 2, 4);
        if (!ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value)) return false;
        unit = (char)value;
        return true;
    }

    private string? NameTooLong(int bytesMax) =>
        FailText($"A property name is longer than {bytesMax} bytes.", IssueCodes.TooLong);
}
