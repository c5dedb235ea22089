using System.Collections.Frozen;

namespace HealthLedger.Fhir.Structure;

/// <summary>What a type allows beside its own elements.</summary>
internal enum TypeKind
{
    /// <summary>A resource with text, contained and extensions.</summary>
    DomainResource,

    /// <summary>A resource with id, meta, implicitRules and language only.</summary>
    Resource,

    /// <summary>Has id, extension and modifierExtension.</summary>
    Backbone,

    /// <summary>Has id and extension.</summary>
    Element,
}

/// <summary>An object type: a resource, a data type, or elements nested in one.</summary>
internal sealed class TypeModel(string path, TypeKind kind)
{
    /// <summary>Its name, or its path when it is nested (<c>Patient.contact</c>).</summary>
    public string Path { get; } = path;

    /// <summary>What it allows beside its own elements.</summary>
    public TypeKind Kind { get; } = kind;

    /// <summary>True for resources.</summary>
    public bool IsResource => Kind is TypeKind.DomainResource or TypeKind.Resource;

    /// <summary>What each JSON property means; a choice appears once for each of its types.</summary>
    public Dictionary<string, PropertyModel> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>How many elements there are; <see cref="ElementModel.Index"/> is below it.</summary>
    public int ElementCount { get; set; }

    /// <summary>The elements that must be present.</summary>
    public List<ElementModel> Required { get; } = [];
}

/// <summary>An element of a type.</summary>
/// <param name="Name">Its name; a choice without <c>[x]</c>.</param>
/// <param name="Index">Its number within the type.</param>
/// <param name="Repeats">True when it is a JSON array.</param>
/// <param name="IsChoice">True when its JSON name ends in a type.</param>
internal sealed record ElementModel(string Name, int Index, bool Repeats, bool IsChoice);

/// <summary>What one JSON property holds.</summary>
/// <param name="Element">The element it stands for.</param>
/// <param name="Primitive">The primitive type, or null when it holds objects.</param>
/// <param name="Type">The object type; null for primitives and for <c>Resource</c>, whose type the content names.</param>
/// <param name="Codes">The required value set, or null.</param>
/// <param name="IsSibling">True for <c>_name</c>, which holds a primitive's id and extensions.</param>
internal sealed record PropertyModel(
    ElementModel Element, PrimitiveType? Primitive, TypeModel? Type, CodeSet? Codes, bool IsSibling);

/// <summary>The codes of a required value set.</summary>
internal sealed class CodeSet
{
    private readonly List<(string System, FrozenSet<string> Codes)> systems = [];
    private FrozenSet<string> all = FrozenSet<string>.Empty;

    /// <summary>Adds the codes of one system.</summary>
    public void Add(string system, string[] codes)
    {
        systems.Add((system, codes.ToFrozenSet(StringComparer.Ordinal)));
        all = systems.SelectMany(s => s.Codes).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>True when a plain code is in the set.</summary>
    public bool Has(string code) => all.Contains(code);

    /// <summary>True when a coding is in the set.</summary>
    public bool Has(string? system, string? code)
    {
        if (code is null) return false;
        foreach ((string known, FrozenSet<string> codes) in systems)
            if (known == system && codes.Contains(code)) return true;
        return false;
    }
}

/// <summary>The primitive types of R4.</summary>
internal enum PrimitiveType
{
    /// <summary><c>base64Binary</c></summary>
    Base64Binary,

    /// <summary><c>boolean</c></summary>
    Boolean,

    /// <summary><c>canonical</c></summary>
    Canonical,

    /// <summary><c>code</c></summary>
    Code,

    /// <summary><c>date</c></summary>
    Date,

    /// <summary><c>dateTime</c></summary>
    DateTime,

    /// <summary><c>decimal</c></summary>
    Decimal,

    /// <summary><c>id</c></summary>
    Id,

    /// <summary><c>instant</c></summary>
    Instant,

    /// <summary><c>integer</c></summary>
    Integer,

    /// <summary><c>markdown</c></summary>
    Markdown,

    /// <summary><c>oid</c></summary>
    Oid,

    /// <summary><c>positiveInt</c></summary>
    PositiveInt,

    /// <summary><c>string</c></summary>
    String,

    /// <summary><c>time</c></summary>
    Time,

    /// <summary><c>unsignedInt</c></summary>
    UnsignedInt,

    /// <summary><c>uri</c></summary>
    Uri,

    /// <summary><c>url</c></summary>
    Url,

    /// <summary><c>uuid</c></summary>
    Uuid,

    /// <summary><c>xhtml</c></summary>
    Xhtml,
}
