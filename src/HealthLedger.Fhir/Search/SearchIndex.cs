using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Search;

/// <summary>Makes the index record of a resource.</summary>
public static class SearchIndex
{
    private const int ValuesMax = 256;

    /// <summary>
    /// The record. O(size of the resource); at most 256 values of each kind. References must be final (see TransactionPlan).
    /// </summary>
    /// <param name="resource">The resource.</param>
    /// <param name="owner">The patient it belongs to where a plan found that out; else its compartment says so.</param>
    public static IndexRecord Of(FhirResource resource, string? owner = null)
    {
        Gathered all = new();
        foreach (SearchParameter parameter in SearchParameters.For(resource.Type))
            foreach (string[] path in parameter.Paths) Follow(resource.Root, path, 0, parameter, all);
        long updated = resource.LastUpdated is { } text && FhirDate.TryParse(text, out DateTimeOffset from, out _)
            ? from.ToUnixTimeMilliseconds() : 0;
        return new IndexRecord
        {
            Type = resource.Type,
            Id = resource.Id ?? "",
            Patient = owner ?? PatientCompartment.OwnerOf(resource) ?? "",
            LastUpdated = updated,
            Tokens = all.Tokens,
            Dates = all.Dates,
            References = all.References,
            Texts = all.Texts,
        };
    }

    private static void Follow(FhirObject node, string[] path, int at, SearchParameter parameter, Gathered all)
    {
        string name = path[at];
        if (name.EndsWith("[x]", StringComparison.Ordinal))
        {
            ReadOnlySpan<char> stem = name.AsSpan(0, name.Length - 3);
            foreach (ref readonly FhirMember member in node.Span)
                if (member.Name.AsSpan().StartsWith(stem) && member.Name.Length > stem.Length
                    && char.IsAsciiLetterUpper(member.Name[stem.Length])) Step(member.Value, path, at, parameter, all);
        }
        else if (node[name] is { } value)
        {
            Step(value, path, at, parameter, all);
        }
    }

    private static void Step(FhirNode value, string[] path, int at, SearchParameter parameter, Gathered all)
    {
        if (value is FhirArray array)
        {
            foreach (FhirNode item in array.Span) Step(item, path, at, parameter, all);
        }
        else if (at + 1 < path.Length)
        {
            if (value is FhirObject inner) Follow(inner, path, at + 1, parameter, all);
        }
        else
        {
            switch (parameter.Kind)
            {
                case SearchKind.Token:
                    Token(parameter.Code, value, all);
                    break;
                case SearchKind.Date:
                    Date(parameter.Code, value, all);
                    break;
                case SearchKind.Reference:
                    Reference(parameter.Code, value, all);
                    break;
                case SearchKind.String:
                    Text(parameter.Code, value, all);
                    break;
            }
        }
    }

    private static void Token(string parameter, FhirNode value, Gathered all)
    {
        if (all.Tokens.Count >= ValuesMax) return;
        if (value is FhirValue plain)
        {
            AddToken(parameter, "", plain.Text, all);
            return;
        }
        if (value is not FhirObject node) return;
        if (node["coding"] is FhirArray codings)
        {
            foreach (FhirNode item in codings.Span) Token(parameter, item, all);
            return;
        }
        if ((node.Text("code") ?? node.Text("value")) is { } code)
            AddToken(parameter, node.Text("system") ?? "", code, all);
    }

    private static void AddToken(string parameter, string system, string code, Gathered all)
    {
        if (system.Length <= IndexBytes.StringCharsMax && code.Length <= IndexBytes.StringCharsMax)
            all.Tokens.Add(new IndexToken(parameter, system, code));
    }

    private static void Date(string parameter, FhirNode value, Gathered all)
    {
        if (all.Dates.Count >= ValuesMax) return;
        if (value is FhirObject node)
        {
            string? start = node.Text("start");
            string? end = node.Text("end");
            if (start is null && end is null)
            {
                foreach (FhirNode item in node.Each("event")) Date(parameter, item, all);
                return;
            }
            long from = start is not null && Span(start) is { } first ? first.From : long.MinValue;
            long until = end is not null && Span(end) is { } last ? last.Until : long.MaxValue;
            all.Dates.Add(new IndexDate(parameter, from, until));
        }
        else if (value.AsString is { } text && Span(text) is { } span)
        {
            all.Dates.Add(new IndexDate(parameter, span.From, span.Until));
        }
    }

    /// <summary>The span of a date in Unix milliseconds; a moment is at least one millisecond long.</summary>
    internal static (long From, long Until)? Span(string text)
    {
        if (!FhirDate.TryParse(text, out DateTimeOffset from, out DateTimeOffset until)) return null;
        long first = from.ToUnixTimeMilliseconds();
        return (first, Math.Max(first + 1, until.ToUnixTimeMilliseconds()));
    }

    private static void Reference(string parameter, FhirNode value, Gathered all)
    {
        if (all.References.Count >= ValuesMax || value is not FhirObject node || node.Text("reference") is not { } text) return;
        FhirReference reference = FhirReference.Read(text);
        if (reference is { Type: { } type, Id: { } id } && reference.Form is ReferenceForm.Relative or ReferenceForm.Absolute)
            all.References.Add(new IndexText(parameter, reference.Text.Length == type.Length + 1 + id.Length ? text : $"{type}/{id}"));
    }

    private static void Text(string parameter, FhirNode value, Gathered all)
    {
        if (all.Texts.Count >= ValuesMax) return;
        if (value.AsString is { } text)
        {
            all.Texts.Add(new IndexText(parameter, TextFold.Fold(text)));
            return;
        }
        // A HumanName or an Address: any of its texts counts.
        if (value is not FhirObject node) return;
        foreach (ref readonly FhirMember member in node.Span)
        {
            if (member.Name is "use" or "type" or "period" or "extension" or "id") continue;
            if (member.Value is FhirArray parts)
            {
                foreach (FhirNode part in parts.Span)
                    if (part is FhirValue) Text(parameter, part, all);
            }
            else if (member.Value is FhirValue) Text(parameter, member.Value, all);
        }
    }

    private sealed class Gathered
    {
        public List<IndexToken> Tokens { get; } = new(8);
        public List<IndexDate> Dates { get; } = new(2);
        public List<IndexText> References { get; } = new(4);
        public List<IndexText> Texts { get; } = [];
    }
}
