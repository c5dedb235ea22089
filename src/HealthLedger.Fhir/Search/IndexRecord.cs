namespace HealthLedger.Fhir.Search;

/// <summary>A code that a resource has under a search parameter.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="System">The code system, or empty.</param>
/// <param name="Code">The code or identifier value.</param>
public readonly record struct IndexToken(string Parameter, string System, string Code);

/// <summary>A span of time that a resource has under a search parameter, in Unix milliseconds.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="From">The first millisecond.</param>
/// <param name="Until">The first millisecond after it; <see cref="long.MaxValue"/> when open.</param>
public readonly record struct IndexDate(string Parameter, long From, long Until);

/// <summary>A reference or a text that a resource has under a search parameter.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="Value">The reference as <c>Type/id</c>, or the text in lower case without marks.</param>
public readonly record struct IndexText(string Parameter, string Value);

/// <summary>
/// What a search needs of one resource and nothing more: the content of a record's manifest [PROTOCOL §6], which is
/// encrypted before it leaves the gateway.
/// </summary>
public sealed record IndexRecord
{
    /// <summary>The resource type.</summary>
    public required string Type { get; init; }

    /// <summary>The resource's id.</summary>
    public required string Id { get; init; }

    /// <summary>The patient to whose record it belongs; empty when shared.</summary>
    public string Patient { get; init; } = "";

    /// <summary>When it was last changed, in Unix milliseconds; 0 when not known.</summary>
    public long LastUpdated { get; init; }

    /// <summary>Its codes, categories, status, identifiers.</summary>
    public IReadOnlyList<IndexToken> Tokens { get; init; } = [];

    /// <summary>Its dates.</summary>
    public IReadOnlyList<IndexDate> Dates { get; init; } = [];

    /// <summary>What it refers to.</summary>
    public IReadOnlyList<IndexText> References { get; init; } = [];

    /// <summary>Its names and texts, folded for comparison.</summary>
    public IReadOnlyList<IndexText> Texts { get; init; } = [];

    /// <summary><c>Type/Id</c>.</summary>
    public string Reference => $"{Type}/{Id}";

    /// <summary>The <c>status</c>, or null.</summary>
    public string? Status => Tokens.FirstOrDefault(t => t.Parameter == "status").Code;

    /// <summary>The codes as (system, code).</summary>
    public IEnumerable<(string System, string Code)> Codes =>
        Tokens.Where(t => t.Parameter is "code" or "vaccine-code").Select(t => (t.System, t.Code));

    /// <summary>The categories as (system, code).</summary>
    public IEnumerable<(string System, string Code)> Categories =>
        Tokens.Where(t => t.Parameter == "category").Select(t => (t.System, t.Code));

    /// <summary>When it happened, clinically: the first of its dates, in Unix milliseconds, or null.</summary>
    public (long From, long Until)? ClinicalTime => Dates.Count == 0 ? null : (Dates[0].From, Dates[0].Until);
}
