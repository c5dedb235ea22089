using System.Buffers;
using System.Buffers.Text;
using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Structure;

/// <summary>The formats of the primitive types [R4, Data Types]. Hand-written: each is one pass without backtracking.</summary>
internal static class Primitives
{
    /// <summary>Longest string [R4, string: 1 MiB of characters]; base64Binary and xhtml have no limit of their own.</summary>
    public const int StringCharsMax = 1024 * 1024;

    private static readonly SearchValues<char> IdChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    private static readonly SearchValues<char> ForbiddenControls = SearchValues.Create(
        Enumerable.Range(0, 32).Where(i => i is not (9 or 10 or 13)).Select(i => (char)i).ToArray());

    private static readonly SearchValues<char> NotInUri = SearchValues.Create(
        Enumerable.Range(0, 33).Select(i => (char)i).ToArray());

    /// <summary>Null when the value fits the type, else what would fit.</summary>
    public static string? Problem(PrimitiveType type, FhirValue value)
    {
        FhirValueKind wanted = type switch
        {
            PrimitiveType.Boolean => FhirValueKind.Boolean,
            PrimitiveType.Decimal or PrimitiveType.Integer or PrimitiveType.PositiveInt or PrimitiveType.UnsignedInt =>
                FhirValueKind.Number,
            _ => FhirValueKind.String,
        };
        if (value.Kind != wanted) return $"must be a JSON {wanted.ToString().ToLowerInvariant()}";
        string text = value.Text;
        if (text.Length == 0) return "must not be empty";
        return type switch
        {
            PrimitiveType.Boolean or PrimitiveType.Decimal => null,
            PrimitiveType.Integer => IsInteger(text, int.MinValue) ? null : "must be an integer of 32 bits",
            PrimitiveType.UnsignedInt => IsInteger(text, 0) ? null : "must be an integer from 0 to 2147483647",
            PrimitiveType.PositiveInt => IsInteger(text, 1) ? null : "must be an integer from 1 to 2147483647",
            PrimitiveType.String or PrimitiveType.Markdown => TextProblem(text),
            PrimitiveType.Code => IsCode(text) ? null : "must be a code: no space at the ends, single spaces within",
            PrimitiveType.Id => IsId(text) ? null : "must be 1 to 64 letters, digits, '-' or '.'",
            PrimitiveType.Uri or PrimitiveType.Url or PrimitiveType.Canonical => UriProblem(text),
            PrimitiveType.Oid => IsOid(text) ? null : "must be urn:oid: and an object identifier",
            PrimitiveType.Uuid => IsUuid(text) ? null : "must be urn:uuid: and a UUID in lower case",
            PrimitiveType.Date => FhirDate.IsDate(text) ? null : "must be a date: YYYY, YYYY-MM or YYYY-MM-DD",
            PrimitiveType.DateTime => FhirDate.IsDateTime(text)
                ? null : "must be a date, or a date and time with seconds and time zone",
            PrimitiveType.Instant => FhirDate.IsInstant(text) ? null : "must be a date and time with seconds and time zone",
            PrimitiveType.Time => FhirDate.IsTime(text) ? null : "must be a time: hh:mm:ss",
            PrimitiveType.Base64Binary => Base64.IsValid(text) ? null : "must be base64",
            PrimitiveType.Xhtml => Xhtml.Problem(text),
            _ => null,
        };
    }

    /// <summary>1 to 64 of letters, digits, hyphen and dot.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(IdChars);

    private static string? TextProblem(string text)
    {
        if (text.Length > StringCharsMax) return $"must not be longer than {StringCharsMax} characters";
        return text.AsSpan().ContainsAny(ForbiddenControls) ? "must not hold control characters" : null;
    }

    private static string? UriProblem(string text)
    {
        if (text.Length > StringCharsMax) return $"must not be longer than {StringCharsMax} characters";
        return text.AsSpan().ContainsAny(NotInUri) ? "must be a URI without white space" : null;
    }

    private static bool IsInteger(string text, int min)
    {
        int start = text[0] == '-' ? 1 : 0;
        if (text.Length == start || text.AsSpan(start).ContainsAnyExceptInRange('0', '9')) return false;
        return text.Length <= 11 && long.Parse(text) is var number && number >= min && number <= int.MaxValue;
    }

    private static bool IsCode(string text)
    {
        if (text.Length > StringCharsMax) return false;
        bool spaceBefore = true;
        foreach (char c in text)
        {
            if (c < ' ') return false;
            bool space = char.IsWhiteSpace(c);
            if (space && spaceBefore) return false;
            spaceBefore = space;
        }
        return !spaceBefore;
    }

    private static bool IsOid(string text)
    {
        if (!text.StartsWith("urn:oid:", StringComparison.Ordinal) || text.Length > 256) return false;
        string[] arcs = text[8..].Split('.');
        return arcs.Length > 1 && arcs[0] is "0" or "1" or "2" && arcs.Skip(1).All(IsArc);

        static bool IsArc(string arc) => arc.Length > 0 && !arc.AsSpan().ContainsAnyExceptInRange('0', '9')
            && (arc.Length == 1 || arc[0] != '0');
    }

    private static bool IsUuid(string text) => text.StartsWith("urn:uuid:", StringComparison.Ordinal)
        && Guid.TryParseExact(text.AsSpan(9), "D", out _) && !text.AsSpan().ContainsAnyInRange('A', 'Z');
}
