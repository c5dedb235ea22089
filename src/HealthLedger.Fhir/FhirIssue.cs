namespace HealthLedger.Fhir;

/// <summary>How bad an issue is, in the words of the value set <c>issue-severity</c>.</summary>
public enum IssueSeverity
{
    /// <summary>The input could not be processed at all.</summary>
    Fatal,

    /// <summary>The input is refused.</summary>
    Error,

    /// <summary>The input is taken; someone may want to look at it.</summary>
    Warning,

    /// <summary>Told for information only.</summary>
    Information,
}

/// <summary>
/// Why an input was refused, or what was noticed about it: the shape of <c>OperationOutcome.issue</c>. Diagnostics are a
/// sentence for the sender and never repeat a value of the input, so an issue may be logged.
/// </summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A code of the value set <c>issue-type</c>; see <see cref="IssueCodes"/>.</param>
/// <param name="Diagnostics">What is wrong and what would be right, without the offending value.</param>
/// <param name="Expression">Where, as a FHIRPath of element names and indexes; empty when the whole input is meant.</param>
public sealed record FhirIssue(IssueSeverity Severity, string Code, string Diagnostics, string Expression = "")
{
    /// <summary>An issue that refuses the input.</summary>
    public static FhirIssue Error(string code, string diagnostics, string expression = "") =>
        new(IssueSeverity.Error, code, diagnostics, expression);

    /// <summary>An issue that does not refuse the input.</summary>
    public static FhirIssue Warning(string code, string diagnostics, string expression = "") =>
        new(IssueSeverity.Warning, code, diagnostics, expression);

    /// <summary>True when the input that has this issue must be refused.</summary>
    public bool Refuses => Severity is IssueSeverity.Fatal or IssueSeverity.Error;
}

/// <summary>The codes of the value set <c>issue-type</c> that this library uses.</summary>
public static class IssueCodes
{
    /// <summary>Not well-formed, or not what an element allows.</summary>
    public const string Invalid = "invalid";

    /// <summary>An element that does not exist, or that repeats where it may not.</summary>
    public const string Structure = "structure";

    /// <summary>A required element is missing.</summary>
    public const string Required = "required";

    /// <summary>A value of the wrong form.</summary>
    public const string Value = "value";

    /// <summary>A rule between elements is broken.</summary>
    public const string Invariant = "invariant";

    /// <summary>A code outside a required value set.</summary>
    public const string CodeInvalid = "code-invalid";

    /// <summary>A request that this server does not support.</summary>
    public const string NotSupported = "not-supported";

    /// <summary>Something named in the input does not exist here.</summary>
    public const string NotFound = "not-found";

    /// <summary>A search or reference that matches several resources.</summary>
    public const string MultipleMatches = "multiple-matches";

    /// <summary>The same thing was given twice.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>Bigger than the limit.</summary>
    public const string TooLong = "too-long";

    /// <summary>More work than the limit allows.</summary>
    public const string TooCostly = "too-costly";

    /// <summary>A rule of this server, not of FHIR, is broken.</summary>
    public const string BusinessRule = "business-rule";

    /// <summary>The caller may not do this.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Told for information.</summary>
    public const string Informational = "informational";
}
