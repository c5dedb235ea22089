using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace HealthLedger.Gateway.Metrics;

/// <summary>Renders collected metrics in Prometheus' text format 0.0.4: counters end in <c>_total</c>, histograms in seconds have their own buckets.</summary>
public static class PrometheusText
{
    /// <summary>The content type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The text of one collection.</summary>
    public static string Render(in Batch<Metric> metrics)
    {
        StringBuilder text = new();
        HashSet<string> seen = [];
        foreach (Metric metric in metrics)
        {
            string name = Name(metric);
            if (!seen.Add(name)) continue;
            string type = metric.MetricType.IsHistogram() ? "histogram" : metric.MetricType.IsSum() && !IsUpDown(metric.MetricType) ? "counter" : "gauge";
            if (metric.Description.Length > 0) text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(metric.Description)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n");
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
            {
                string labels = Labels(point.Tags);
                if (metric.MetricType.IsHistogram()) Histogram(text, name, labels, point);
                else text.Append(CultureInfo.InvariantCulture, $"{name}{Braces(labels)} {Value(metric.MetricType, point)}\n");
            }
        }
        return text.ToString();
    }

    private static void Histogram(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        long cumulative = 0;
        string before = labels.Length == 0 ? "" : labels + ",";
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            string bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{bound}\"}} {cumulative}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braces(labels)} {point.GetHistogramSum():R}\n{name}_count{Braces(labels)} {point.GetHistogramCount()}\n");
    }

    private static string Value(MetricType type, in MetricPoint point) =>
        (type.IsSum(), type.IsLong()) switch
        {
            (true, true) => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
            (true, false) => point.GetSumDouble().ToString("R", CultureInfo.InvariantCulture),
            (false, true) => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
            _ => point.GetGaugeLastValueDouble().ToString("R", CultureInfo.InvariantCulture),
        };

    private static bool IsUpDown(MetricType type) => type is MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic;

    private static string Name(Metric metric)
    {
        StringBuilder name = new(metric.Name.Length + 16);
        foreach (char c in metric.Name) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        string unit = metric.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (unit.Length > 0 && !name.ToString().EndsWith(unit, StringComparison.Ordinal)) name.Append(unit);
        if (metric.MetricType.IsSum() && !IsUpDown(metric.MetricType)) name.Append("_total");
        return name.ToString();
    }

    private static string Labels(in ReadOnlyTagCollection tags)
    {
        StringBuilder labels = new();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            foreach (char c in tag.Key) labels.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            labels.Append(CultureInfo.InvariantCulture, $"=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")}\"");
        }
        return labels.ToString();
    }

    private static string Braces(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string Escape(string value) => value.Replace("\\", @"\\").Replace("\n", @"\n").Replace("\"", "\\\"");
}
