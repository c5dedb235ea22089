using System.Diagnostics.CodeAnalysis;

namespace HealthLedger.Fhir.Json;

/// <summary>One JSON value, immutable. A change makes a copy of the path to it and shares the rest.</summary>
public abstract class FhirNode
{
    private protected FhirNode() { }

    /// <summary>This value as an object, or null when it is something else.</summary>
    public FhirObject? AsObject => this as FhirObject;

    /// <summary>This value as an array, or null when it is something else.</summary>
    public FhirArray? AsArray => this as FhirArray;

    /// <summary>The text of a JSON string, or null when this is something else.</summary>
    public string? AsString => this is FhirValue { Kind: FhirValueKind.String } value ? value.Text : null;

    /// <summary>
    /// True when both have the same members in any order, the same array items in order, the same strings, and numbers
    /// with the same digits (1.0 and 1.00 differ: precision carries meaning in FHIR). O(size), depth as parsed.
    /// </summary>
    public static bool DeepEquals([NotNullWhen(true)] FhirNode? left, [NotNullWhen(true)] FhirNode? right) =>
        ReferenceEquals(left, right) && left is not null || (left, right) switch
        {
            (FhirValue a, FhirValue b) => a.Kind == b.Kind && a.Text == b.Text,
            (FhirArray a, FhirArray b) => a.Count == b.Count && a.Items.Zip(b.Items).All(p => DeepEquals(p.First, p.Second)),
            (FhirObject a, FhirObject b) => a.Count == b.Count && a.Members.All(m => DeepEquals(m.Value, b[m.Name])),
            _ => false,
        };
}

/// <summary>What a <see cref="FhirValue"/> is.</summary>
public enum FhirValueKind : byte
{
    /// <summary>A JSON string; the text is unescaped.</summary>
    String,

    /// <summary>A JSON number; the text is exactly what was written.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>null, which FHIR allows only inside arrays of primitives.</summary>
    Null,
}

/// <summary>A string, number, boolean or null.</summary>
public sealed class FhirValue : FhirNode
{
    /// <summary>JSON true.</summary>
    public static FhirValue True { get; } = new(FhirValueKind.Boolean, "true");

    /// <summary>JSON false.</summary>
    public static FhirValue False { get; } = new(FhirValueKind.Boolean, "false");

    /// <summary>JSON null.</summary>
    public static FhirValue Null { get; } = new(FhirValueKind.Null, "null");

    internal FhirValue(FhirValueKind kind, string text)
    {
        Kind = kind;
        Text = text;
    }

    /// <summary>What this is.</summary>
    public FhirValueKind Kind { get; }

    /// <summary>A string's characters, a number's digits as written, or the literal.</summary>
    public string Text { get; }

    /// <summary>A JSON string.</summary>
    public static FhirValue String(string text) => new(FhirValueKind.String, text);

    /// <summary>A JSON number of an integer.</summary>
    public static FhirValue Number(long number) =>
        new(FhirValueKind.Number, number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A JSON number that keeps the decimal's trailing zeros.</summary>
    public static FhirValue Number(decimal number) =>
        new(FhirValueKind.Number, number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A JSON boolean.</summary>
    public static FhirValue Boolean(bool value) => value ? True : False;
}

/// <summary>A JSON array.</summary>
public sealed class FhirArray : FhirNode
{
    private readonly FhirNode[] items;

    internal FhirArray(FhirNode[] items) => this.items = items;

    /// <summary>An array of these.</summary>
    public static FhirArray Of(params IEnumerable<FhirNode> items) => new(items.ToArray());

    /// <summary>How many items.</summary>
    public int Count => items.Length;

    /// <summary>The items, in order.</summary>
    public IReadOnlyList<FhirNode> Items => items;

    /// <summary>The items without a copy.</summary>
    public ReadOnlySpan<FhirNode> Span => items;

    /// <summary>One item.</summary>
    public FhirNode this[int index] => items[index];
}
