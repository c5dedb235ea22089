using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace HealthLedger.Fhir.Json;

/// <summary>
/// One pass over the bytes. A failure sets <see cref="fault"/> and unwinds by returning null; the path to it is collected
/// on the way out, so the way in pays nothing for it.
/// </summary>
internal ref partial struct JsonParser(ReadOnlySpan<byte> input, FhirLimits limits)
{
    private const int LinearNamesMax = 16;

    private readonly FhirLimits limits = limits;
    private ReadOnlySpan<byte> text = input;
    private int at = 0;
    private int nodes = 0;
    private string? fault = null;
    private string faultCode = IssueCodes.Invalid;
    private int faultAt = 0;
    private List<string>? path = null;

    /// <summary>The value, or null with a fault.</summary>
    public FhirNode? Run()
    {
        if (text.Length > limits.MaxBytes)
            return Fail($"The input is larger than {limits.MaxBytes} bytes.", IssueCodes.TooLong);
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        if (!Utf8.IsValid(text)) return Fail("The input is not valid UTF-8.");
        SkipSpace();
        FhirNode? root = Value(limits.MaxDepth);
        if (root is null) return null;
        SkipSpace();
        return at == text.Length ? root : Fail("There is more content after the end of the JSON value.");
    }

    /// <summary>The fault as an issue, with its place.</summary>
    public readonly FhirIssue Issue()
    {
        StringBuilder place = new();
        for (int i = (path?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (place.Length > 0 && path![i][0] != '[') place.Append('.');
            place.Append(path![i]);
        }
        return new FhirIssue(IssueSeverity.Fatal, faultCode, $"{fault} (byte {faultAt})", place.ToString());
    }

    private FhirNode? Value(int depth)
    {
        if (++nodes > limits.MaxNodes) return Fail($"The input has more than {limits.MaxNodes} values.", IssueCodes.TooCostly);
        if (at >= text.Length) return Fail("The JSON ends where a value was expected.");
        switch (text[at])
        {
            case (byte)'{':
                return depth == 0 ? TooDeep() : Object(depth - 1);
            case (byte)'[':
                return depth == 0 ? TooDeep() : Array(depth - 1);
            case (byte)'"':
                return String(int.MaxValue) is { } s ? new FhirValue(FhirValueKind.String, s) : null;
            case (byte)'t':
                return Literal("true"u8, FhirValue.True);
            case (byte)'f':
                return Literal("false"u8, FhirValue.False);
            case (byte)'n':
                return Literal("null"u8, FhirValue.Null);
            default:
                return Number();
        }
    }

    private FhirNode? Object(int depth)
    {
        FhirMember[] members = ArrayPool<FhirMember>.Shared.Rent(LinearNamesMax);
        int count = 0;
        HashSet<string>? names = null;
        FhirNode? result = null;
        at++;
        SkipSpace();
        if (Take((byte)'}'))
        {
            result = new FhirObject([]);
        }
        else
        {
            while (true)
            {
                if (at >= text.Length || text[at] != '"')
                {
                    Fail("A property name in double quotes was expected.");
                    break;
                }
                if (String(limits.MaxNameBytes) is not { } name) break;
                if (IsDuplicate(members.AsSpan(0, count), name, ref names))
                {
                    Fail("A property name appears twice in one object.", IssueCodes.Duplicate);
                    Add(SafeName(name));
                    break;
                }
                SkipSpace();
                if (!Take((byte)':'))
                {
                    Fail("A colon was expected after a property name.");
                    break;
                }
                SkipSpace();
                if (Value(depth) is not { } value)
                {
                    Add(SafeName(name));
                    break;
                }
                if (count == members.Length) Grow(ref members);
                members[count++] = new FhirMember(name, value);
                SkipSpace();
                if (Take((byte)','))
                {
                    SkipSpace();
                    continue;
                }
                if (Take((byte)'}')) result = new FhirObject(members.AsSpan(0, count).ToArray());
                else Fail("A comma or a closing brace was expected.");
                break;
            }
        }
        ArrayPool<FhirMember>.Shared.Return(members, clearArray: true);
        return result;
    }

    private FhirNode? Array(int depth)
    {
        at++;
        SkipSpace();
        if (Take((byte)']')) return new FhirArray([]);
        FhirNode? first = Value(depth);
        if (first is null) return AddIndex(0);
        SkipSpace();
        if (Take((byte)']')) return new FhirArray([first]);
        List<FhirNode> items = new(4) { first };
        while (true)
        {
            if (!Take((byte)',')) return Fail("A comma or a closing bracket was expected.");
            SkipSpace();
            if (Value(depth) is not { } item) return AddIndex(items.Count);
            items.Add(item);
            SkipSpace();
            if (Take((byte)']')) return new FhirArray(items.ToArray());
        }
    }

    private FhirNode? Number()
    {
        int start = at;
        int end = at;
        if (end < text.Length && text[end] == '-') end++;
        int digits = Digits(end);
        if (digits == 0) return Fail("A JSON value was expected.");
        if (digits > 1 && text[end] == '0') return Fail("A number may not start with a zero.");
        end += digits;
        if (end < text.Length && text[end] == '.')
        {
            int fraction = Digits(end + 1);
            if (fraction == 0) return Fail("A number needs digits after its decimal point.", IssueCodes.Value);
            end += 1 + fraction;
        }
        if (end < text.Length && (text[end] | 0x20) == 'e')
        {
            end++;
            if (end < text.Length && text[end] is (byte)'+' or (byte)'-') end++;
            int exponent = Digits(end);
            if (exponent == 0) return Fail("A number needs digits in its exponent.", IssueCodes.Value);
            end += exponent;
        }
        if (end - start > limits.MaxNumberChars)
            return Fail($"A number is longer than {limits.MaxNumberChars} characters.", IssueCodes.TooLong);
        at = end;
        return new FhirValue(FhirValueKind.Number, Encoding.ASCII.GetString(text[start..end]));
    }

    private readonly int Digits(int from)
    {
        if (from >= text.Length) return 0;
        int count = text[from..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length - from : count;
    }

    private FhirNode? Literal(ReadOnlySpan<byte> word, FhirNode value)
    {
        if (!text[at..].StartsWith(word)) return Fail("A JSON value was expected.");
        at += word.Length;
        return value;
    }

    private static bool IsDuplicate(ReadOnlySpan<FhirMember> members, string name, ref HashSet<string>? names)
    {
        if (members.Length < LinearNamesMax)
        {
            foreach (ref readonly FhirMember member in members)
                if (member.Name == name) return true;
            return false;
        }
        if (names is null)
        {
            names = new HashSet<string>(StringComparer.Ordinal);
            foreach (ref readonly FhirMember member in members) names.Add(member.Name);
        }
        return !names.Add(name);
    }

    private static void Grow(ref FhirMember[] members)
    {
        FhirMember[] larger = ArrayPool<FhirMember>.Shared.Rent(members.Length * 2);
        members.CopyTo(larger, 0);
        ArrayPool<FhirMember>.Shared.Return(members, clearArray: true);
        members = larger;
    }

    private void SkipSpace()
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r') at++;
    }

    private bool Take(byte expected)
    {
        if (at >= text.Length || text[at] != expected) return false;
        at++;
        return true;
    }

    private FhirNode? TooDeep() =>
        Fail($"The JSON is nested deeper than {limits.MaxDepth} levels.", IssueCodes.TooCostly);

    private FhirNode? Fail(string why, string code = IssueCodes.Invalid)
    {
        FailText(why, code);
        return null;
    }

    private string? FailText(string why, string code = IssueCodes.Invalid)
    {
        fault ??= why;
        faultCode = code;
        faultAt = at;
        return null;
    }

    private FhirNode? AddIndex(int index)
    {
        Add($"[{index}]");
        return null;
    }

    private void Add(string part) => (path ??= []).Add(part);

    /// <summary>A name fit for a message: only what could be a FHIR element is repeated.</summary>
    internal static string SafeName(string name)
    {
        if (name.Length is 0 or > 64) return "(name)";
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not '_') return "(name)";
        return name;
    }
}
