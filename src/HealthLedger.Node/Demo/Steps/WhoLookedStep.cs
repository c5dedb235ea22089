using Spectre.Console;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>The patient sees who looked, and who tried.</summary>
internal sealed class WhoLookedStep : IStep
{
    /// <inheritdoc/>
    public string Title => "The patient sees who looked, and who tried";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        IReadOnlyList<LogLine> log = await AccessLog.ReadAsync(world, world.Wallet!.Authority, cancel);
        IEnumerable<string> lines = log.TakeLast(6).Select(line =>
            $"[grey]{line.Time:HH:mm:ss}[/] {Markup.Escape(line.Who)}{(line.Person is null ? "" : $" ({Markup.Escape(line.Person)})")}, {line.Purpose}: "
            + (line.Outcome == "permitted" ? $"[green]permitted[/], {line.Records} entries" : "[red]denied[/]"));
        bool both = log.Any(line => line.Outcome == "permitted" && line.Who == world.NameOf(world.Clinic.Did.ToString()))
            && log.Any(line => line.Outcome == "denied" && line.Who == world.NameOf(world.Clinic.Did.ToString()));
        return new StepResult(both, [.. lines]);
    }
}
