namespace HealthLedger.Node.Demo;

/// <summary>One step of the story: it does something real and says whether what should hold held.</summary>
internal interface IStep
{
    /// <summary>What happens, in a few words.</summary>
    string Title { get; }

    /// <summary>Does it. A step that did not hold says why in its lines; nothing is thrown for what the network answers.</summary>
    Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel);
}
