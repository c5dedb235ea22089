using System.Collections.Frozen;

namespace HealthLedger.Fhir.Structure;

/// <summary>
/// The narrative's XHTML [R4, Narrative; invariants txt-1 and txt-2]: one <c>div</c>, well-formed, only elements and
/// attributes for formatting. No document type, processing instruction, CDATA, script, event handler or active link: what
/// passes can be shown in a browser.
/// </summary>
internal static class Xhtml
{
    private const int DepthMax = 100;
    private const string Namespace = "http://www.w3.org/1999/xhtml";

    private static readonly FrozenSet<string> Elements = (
        "a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img " +
        "li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var bdo ins del kbd")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = (
        "xmlns xml:lang xml:space lang id class style title dir href src alt name width height border align valign colspan rowspan " +
        "cellpadding cellspacing span abbr axis headers scope char charoff frame rules summary cite datetime clear type " +
        "start value compact nowrap bgcolor accesskey tabindex charset coords hreflang rel rev shape longdesc usemap " +
        "noshade size target")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a style needs to run code in some browser; a backslash or an entity could hide one of these.</summary>
    private static readonly string[] ActiveStyles = ["expression", "script:", "import", "behavior", "-binding", "\\", "&#"];

    /// <summary>Null when the text is an allowed narrative, else what is wrong.</summary>
    public static string? Problem(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        Stack<string> open = new();
        bool any = false;
        while (rest.Length > 0)
        {
            int tag = rest.IndexOf('<');
            ReadOnlySpan<char> run = tag < 0 ? rest : rest[..tag];
            if (open.Count == 0 && run.Length > 0) return "must be one XHTML div element";
            if (TextProblem(run) is { } problem) return problem;
            if (tag < 0) break;
            rest = rest[tag..];
            if (rest.StartsWith("<!--"))
            {
                int end = rest[4..].IndexOf("-->");
                if (end < 0) return "has an XHTML comment without an end";
                rest = rest[(4 + end + 3)..];
                continue;
            }
            if (rest.Length > 1 && rest[1] is '!' or '?')
                return "must not hold a document type, CDATA or a processing instruction";
            int close = TagEnd(rest);
            if (close < 0) return "has an XHTML tag without an end";
            if (Tag(rest[1..close], open, any) is { } wrong) return wrong;
            any = true;
            rest = rest[(close + 1)..];
            if (open.Count == 0) return rest.Length == 0 ? null : "must be one XHTML div element";
        }
        return "must be one XHTML div element, closed in order";
    }

    private static string? Tag(ReadOnlySpan<char> tag, Stack<string> open, bool any)
    {
        if (tag.Length > 0 && tag[0] == '/')
            return open.TryPop(out string? last) && tag[1..].TrimEnd().SequenceEqual(last) ? null : "has XHTML tags that do not match";
        bool empty = tag.Length > 0 && tag[^1] == '/';
        if (empty) tag = tag[..^1];
        int end = tag.IndexOfAny(' ', '\n', '\t');
        if (end < 0) end = tag.IndexOf('\r');
        string name = (end < 0 ? tag : tag[..end]).ToString();
        if (!any && name != "div") return "must be one XHTML div element";
        if (!Elements.Contains(name)) return "has an element that is not allowed in a narrative";
        if (AttributesProblem(end < 0 ? [] : tag[end..], isRoot: !any) is { } problem) return problem;
        if (!any && (end < 0 || tag[end..].IndexOf("xmlns") < 0)) return "needs the XHTML namespace on its div";
        if (!empty) open.Push(name);
        else if (open.Count == 0) return "must not be an empty div";
        return open.Count > DepthMax ? "is nested too deeply" : null;
    }

    private static string? AttributesProblem(ReadOnlySpan<char> rest, bool isRoot)
    {
        for (rest = rest.TrimStart(); rest.Length > 0; rest = rest.TrimStart())
        {
            int equals = rest.IndexOf('=');
            if (equals < 0) return "has an XHTML attribute without a value";
            string name = rest[..equals].TrimEnd().ToString();
            if (!Attributes.Contains(name)) return "has an attribute that is not allowed in a narrative";
            rest = rest[(equals + 1)..].TrimStart();
            if (rest.Length < 2 || rest[0] is not ('"' or '\'')) return "has an XHTML attribute without quotes";
            int end = rest[1..].IndexOf(rest[0]);
            if (end < 0) return "has an XHTML attribute without an end";
            ReadOnlySpan<char> value = rest.Slice(1, end);
            if (name == "xmlns" && !value.SequenceEqual(Namespace)) return "has a namespace that is not XHTML's";
            if (name is "href" or "src" or "cite" or "longdesc" && IsActive(value)) return "has a link that runs code";
            if (name == "style" && IsActiveStyle(value)) return "has a style that could run code";
            if (value.Contains('<') || TextProblem(value) is not null) return "has an XHTML attribute with forbidden characters";
            rest = rest[(end + 2)..];
        }
        return null;
    }

    private static bool IsActive(ReadOnlySpan<char> link)
    {
        Span<char> head = stackalloc char[16];
        int length = 0;
        foreach (char c in link)
        {
            if (c <= ' ') continue;
            if (c == '&') return true;
            if (length == head.Length || c == ':') break;
            head[length++] = char.ToLowerInvariant(c);
        }
        return head[..length] is "javascript" or "vbscript" || (head[..length] is "data" && !link.StartsWith("data:image/"));
    }

    private static bool IsActiveStyle(ReadOnlySpan<char> style)
    {
        foreach (string active in ActiveStyles)
            if (style.Contains(active, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static string? TextProblem(ReadOnlySpan<char> text)
    {
        for (int at = text.IndexOf('&'); at >= 0; at = text.IndexOf('&'))
        {
            text = text[(at + 1)..];
            int end = text.IndexOf(';');
            if (end < 0 || !IsEntity(text[..end])) return "has an entity that XML does not know";
            text = text[(end + 1)..];
        }
        return null;
    }

    private static bool IsEntity(ReadOnlySpan<char> name) => name is "lt" or "gt" or "amp" or "quot" or "apos"
        || (name.Length is > 1 and < 10 && name[0] == '#' && (name[1] is 'x'
            ? name.Length > 2 && !name[2..].ContainsAnyExcept("0123456789abcdefABCDEF")
            : !name[1..].ContainsAnyExceptInRange('0', '9')));

    private static int TagEnd(ReadOnlySpan<char> text)
    {
        char quote = '\0';
        for (int i = 1; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
            }
            else if (c is '"' or '\'') quote = c;
            else if (c == '>') return i;
            else if (c == '<') return -1;
        }
        return -1;
    }
}
