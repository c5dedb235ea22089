using System.Text;
using OpenTelemetry.Metrics;

namespace HealthLedger.Gateway.Metrics;

/// <summary>All instruments that are told under one name: one for each member in this process, at most.</summary>
/// <param name="Name">The name without <c>_total</c>, unit included.</param>
/// <param name="Kind"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
/// <param name="Unit"><c>seconds</c>, <c>bytes</c>, or empty.</param>
/// <param name="Metrics">The instruments.</param>
internal sealed record MetricFamily(string Name, string Kind, string Unit, List<Metric> Metrics)
{
    /// <summary>One sentence.</summary>
    public string Help => Metrics[0].Description;

    /// <summary>The family of an instrument, with that instrument alone.</summary>
    public static MetricFamily Of(Metric metric)
    {
        string unit = metric.Unit switch { "s" => "seconds", "By" => "bytes", _ => "" };
        string name = Sanitize(metric.Name, colons: true);
        if (unit.Length > 0 && !name.EndsWith("_" + unit, StringComparison.Ordinal)) name += "_" + unit;
        if (metric.MetricType.IsHistogram()) return new MetricFamily(name, "histogram", unit, [metric]);
        bool isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        if (isCounter && name.EndsWith("_total", StringComparison.Ordinal)) name = name[..^"_total".Length];
        return new MetricFamily(name, isCounter ? "counter" : "gauge", unit, [metric]);
    }

    /// <summary>Letters, digits and underscores; the first is no digit.</summary>
    public static string Sanitize(string name, bool colons = false)
    {
        StringBuilder clean = new(name.Length + 1);
        foreach (char c in name) clean.Append(char.IsAsciiLetterOrDigit(c) || (colons && c == ':') ? c : '_');
        if (clean.Length == 0 || char.IsAsciiDigit(clean[0])) clean.Insert(0, '_');
        return clean.ToString();
    }
}
