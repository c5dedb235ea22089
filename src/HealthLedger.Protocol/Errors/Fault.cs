namespace HealthLedger.Protocol.Errors;

/// <summary>A refusal as a value: a stable code and one sentence that says what was wrong here. Never holds secrets or health data.</summary>
/// <param name="Code">Which refusal; its meaning for HTTP, FHIR and the command line is in <see cref="FaultTable"/>.</param>
/// <param name="Message">One sentence about this very case.</param>
public readonly record struct Fault(FaultCode Code, string Message)
{
    /// <summary>The stable text of the code, <c>HL-nnnn</c>.</summary>
    public string CodeText => FaultTable.Text(Code);

    /// <summary>True for the default value, which stands for no fault.</summary>
    public bool IsNone => Code == FaultCode.None;

    /// <summary>The code, then the sentence.</summary>
    public override string ToString() => $"{CodeText}: {Message}";
}
