using HealthLedger.Node.Demo.Steps;
using Spectre.Console;

namespace HealthLedger.Node.Demo;

/// <summary>The main story, told step by step on a console. Every step does what it says; the story holds when all of them do.</summary>
internal sealed class DemoStory(IAnsiConsole console, TimeProvider clock)
{
    /// <summary>Who has treated the patient.</summary>
    public const string HospitalName = "Riverside Hospital";

    /// <summary>Who would like to read.</summary>
    public const string ClinicName = "Oakwood Clinic";

    private static IReadOnlyList<IStep> Steps =>
    [
        new ReplicasStep(), new IntakeStep(), new DeniedStep(), new ClaimStep(), new GrantStep(), new ReadStep(), new WhoLookedStep(),
        new RevokeStep(), new CatchUpStep(), new DamageStep(), new ReceiptStep(), new ExportStep(),
    ];

    /// <summary>Tells it; true when every step held.</summary>
    /// <param name="world">Who and what it is about.</param>
    /// <param name="where">The network it plays on, in words.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> TellAsync(DemoWorld world, string where, CancellationToken cancel)
    {
        console.Write(new Rule("[bold deepskyblue3]HealthLedger[/]").LeftJustified());
        console.MarkupLine($"[grey]Network {world.Ledger.Network.Name}, {Markup.Escape(where)}; all people here are invented.[/]");
        console.WriteLine();
        IReadOnlyList<IStep> steps = Steps;
        int held = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            IStep step = steps[i];
            console.MarkupLine($"[bold deepskyblue3]{i + 1,2}[/]  [bold]{Markup.Escape(step.Title)}[/]");
            long started = clock.GetTimestamp();
            StepResult result = await step.RunAsync(world, cancel);
            foreach (string line in result.Lines) console.MarkupLine($"    {line}");
            string mark = result.Held ? "[green]✓ held[/]" : "[red]✗ did not hold[/]";
            console.MarkupLine($"    {mark} [grey]{clock.GetElapsedTime(started).TotalSeconds:0.0} s[/]");
            console.WriteLine();
            if (result.Held) held++;
            // What comes after a step builds on it.
            else if (world.Patient == default || (i >= 3 && world.Wallet is null)) break;
        }
        console.MarkupLine(held == steps.Count ? $"[green]All {held} steps held.[/]" : $"[red]{held} of {steps.Count} steps held.[/]");
        return held == steps.Count;
    }
}
