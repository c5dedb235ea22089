namespace HealthLedger.Fhir.Json;

/// <summary>What a parse may cost. The defaults take every Synthea bundle and refuse what only an attacker sends.</summary>
public sealed record FhirLimits
{
    /// <summary>The defaults.</summary>
    public static FhirLimits Default { get; } = new();

    /// <summary>Largest input, in bytes.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Deepest nesting of objects and arrays, at most 256. R4 resources in bundles stay under 30; recursion costs stack.</summary>
    public int MaxDepth { get; init => field = Math.Min(value, 256); } = 64;

    /// <summary>Most objects, arrays and values together: memory grows with these, not with bytes.</summary>
    public int MaxNodes { get; init; } = 2_000_000;

    /// <summary>Longest number, in characters. A number is kept as text, so its length is its cost.</summary>
    public int MaxNumberChars { get; init; } = 256;

    /// <summary>Longest property name, in bytes.</summary>
    public int MaxNameBytes { get; init; } = 128;
}
