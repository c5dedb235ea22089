namespace HealthLedger.Protocol.Errors;

/// <summary>What a fault code means to each kind of caller; see <see cref="FaultTable"/>.</summary>
/// <param name="httpStatus">The HTTP status a door answers with.</param>
/// <param name="issueType">The FHIR R4 issue type of the OperationOutcome.</param>
/// <param name="exitCode">The exit code of the command line.</param>
/// <param name="sentence">One sentence for a reader who knows nothing of the code.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class RefusalAttribute(int httpStatus, string issueType, int exitCode, string sentence) : Attribute
{
    /// <summary>The HTTP status a door answers with.</summary>
    public int HttpStatus => httpStatus;

    /// <summary>The FHIR R4 issue type of the OperationOutcome.</summary>
    public string IssueType => issueType;

    /// <summary>The exit code of the command line.</summary>
    public int ExitCode => exitCode;

    /// <summary>One sentence for a reader who knows nothing of the code.</summary>
    public string Sentence => sentence;
}
