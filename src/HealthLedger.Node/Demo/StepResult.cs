namespace HealthLedger.Node.Demo;

/// <summary>What became of a step.</summary>
/// <param name="Held">Whether everything that should hold held.</param>
/// <param name="Lines">What a person should see, with Spectre.Console markup.</param>
internal sealed record StepResult(bool Held, IReadOnlyList<string> Lines)
{
    /// <summary>A step that held.</summary>
    public static StepResult Good(params string[] lines) => new(true, lines);

    /// <summary>A step that did not hold.</summary>
    public static StepResult Bad(params string[] lines) => new(false, lines);
}
