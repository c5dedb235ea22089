using HealthLedger.Fhir.Structure;

namespace HealthLedger.Fhir.Transactions;

/// <summary>What a <c>Reference.reference</c> says, taken apart.</summary>
public enum ReferenceForm
{
    /// <summary><c>Patient/1</c> or <c>Patient/1/_history/2</c>.</summary>
    Relative,

    /// <summary><c>https://…/Patient/1</c>.</summary>
    Absolute,

    /// <summary><c>urn:uuid:</c> or <c>urn:oid:</c>, meant for another entry of the same Bundle.</summary>
    Urn,

    /// <summary><c>Practitioner?identifier=…</c>, to be resolved by search.</summary>
    Conditional,

    /// <summary><c>#id</c>, a contained resource.</summary>
    Contained,

    /// <summary>Something else; not followed.</summary>
    Other,
}

/// <summary>A reference taken apart.</summary>
/// <param name="Form">Which kind.</param>
/// <param name="Type">The resource type it names, or null.</param>
/// <param name="Id">The id it names, or null.</param>
/// <param name="Text">The reference as written.</param>
public readonly record struct FhirReference(ReferenceForm Form, string? Type, string? Id, string Text)
{
    private const int CharsMax = 2048;

    /// <summary>Takes a reference apart. O(length).</summary>
    public static FhirReference Read(string text)
    {
        if (text.Length is 0 or > CharsMax) return new(ReferenceForm.Other, null, null, text);
        if (text[0] == '#') return new(ReferenceForm.Contained, null, text[1..], text);
        if (text.StartsWith("urn:", StringComparison.Ordinal)) return new(ReferenceForm.Urn, null, null, text);
        bool absolute = text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal);
        int question = text.IndexOf('?');
        if (question > 0)
        {
            string type = text[..question];
            return !absolute && StructureCheck.IsResourceType(type)
                ? new(ReferenceForm.Conditional, type, null, text)
                : new(ReferenceForm.Other, null, null, text);
        }
        ReadOnlySpan<char> rest = text;
        int history = rest.IndexOf("/_history/");
        if (history > 0) rest = rest[..history];
        int slash = rest.LastIndexOf('/');
        if (slash <= 0) return new(ReferenceForm.Other, null, null, text);
        ReadOnlySpan<char> id = rest[(slash + 1)..];
        ReadOnlySpan<char> before = rest[..slash];
        int typeStart = before.LastIndexOf('/') + 1;
        if (!absolute && typeStart != 0) return new(ReferenceForm.Other, null, null, text);
        string name = before[typeStart..].ToString();
        return StructureCheck.IsResourceType(name) && StructureCheck.IsId(id)
            ? new(absolute ? ReferenceForm.Absolute : ReferenceForm.Relative, name, id.ToString(), text)
            : new(ReferenceForm.Other, null, null, text);
    }
}
