using System.Text.Json.Nodes;

namespace HealthLedger.Cli.Bench;

/// <summary>One measured line: what, how much, what it is compared with.</summary>
/// <param name="Goal">The goal of GOALS.md, or "machine" or "postgresql".</param>
/// <param name="What">What was measured, with replicas, batch and load.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what.</param>
internal sealed record BenchLine(string Goal, string What, double Value, string Unit)
{
    /// <summary>What the machine's own primitives would let through; null where that says nothing.</summary>
    public double? Bound { get; init; }

    /// <summary>The other number it is held against, in words; null for none.</summary>
    public string? Compared { get; init; }

    /// <summary>
    /// Processors that the run really had, this process's processor time over the time that passed; null where it says nothing. Less than the machine has
    /// means that the run waited, or that others used the machine.
    /// </summary>
    public double? CoresUsed { get; init; }

    /// <summary>Value over bound.</summary>
    public double? Ratio => Bound is { } bound ? Value / bound : null;

    /// <summary>As JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["goal"] = Goal, ["what"] = What, ["value"] = Math.Round(Value, 3), ["unit"] = Unit, ["bound"] = Bound is { } bound ? Math.Round(bound, 1) : null,
        ["ratio"] = Ratio is { } ratio ? Math.Round(ratio, 3) : null, ["coresUsed"] = CoresUsed is { } cores ? Math.Round(cores, 2) : null, ["compared"] = Compared,
    };
}
