using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Resources;

/// <summary>Builds OperationOutcome, the answer to whatever went wrong.</summary>
public static class OperationOutcomes
{
    /// <summary>The system of the stable codes (<c>HL-nnnn</c>) in <c>issue.details</c>.</summary>
    public const string CodeSystem = "urn:healthledger:error";

    /// <summary>An outcome of these issues; "all ok" when there are none.</summary>
    public static FhirResource Of(IEnumerable<FhirIssue> issues, string? stableCode = null)
    {
        FhirObject[] all = issues.Select(i => Issue(i, stableCode)).ToArray();
        return Build(all.Length > 0 ? all : [Issue(Ok, null)]);
    }

    /// <summary>An outcome of one error with a stable code of the table of errors.</summary>
    public static FhirResource Error(string issueCode, string sentence, string? stableCode = null, string expression = "") =>
        Of([FhirIssue.Error(issueCode, sentence, expression)], stableCode);

    /// <summary>An outcome that only says something.</summary>
    public static FhirResource Information(string sentence) =>
        Of([new FhirIssue(IssueSeverity.Information, IssueCodes.Informational, sentence)]);

    private static FhirIssue Ok { get; } = new(IssueSeverity.Information, IssueCodes.Informational, "All is well.");

    private static FhirObject Issue(FhirIssue issue, string? stableCode) => new ObjectBuilder()
        .Add("severity", issue.Severity.ToString().ToLowerInvariant())
        .Add("code", issue.Code)
        .Add("details", stableCode is null ? null : Elements.Concept(CodeSystem, stableCode))
        .Add("diagnostics", issue.Diagnostics)
        .AddTexts("expression", issue.Expression)
        .Build();

    private static FhirResource Build(FhirObject[] issues) =>
        ObjectBuilder.Resource("OperationOutcome").AddAll("issue", issues).ToResource();
}
