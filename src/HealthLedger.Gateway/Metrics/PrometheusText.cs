using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace HealthLedger.Gateway.Metrics;

/// <summary>
/// Renders collected metrics as text: counters end in <c>_total</c>, what is measured in seconds or bytes says so in its name, instruments of the
/// same name (one for each member in the process) are one family. Labels are the meter's and the point's.
/// </summary>
public static class PrometheusText
{
    /// <summary>The text of one collection.</summary>
    /// <param name="metrics">What was collected.</param>
    /// <param name="format">How to say it.</param>
    /// <param name="target">What is told of the process itself, as labels of <c>target_info</c>; none for no such line.</param>
    public static string Render(in Batch<Metric> metrics, ExpositionFormat format = ExpositionFormat.Text, IEnumerable<KeyValuePair<string, object>>? target = null)
    {
        // A name has one family: two that differ in kind would make the whole page unreadable, so the first wins.
        OrderedDictionary<string, MetricFamily> families = [];
        foreach (Metric metric in metrics)
        {
            MetricFamily family = MetricFamily.Of(metric);
            if (families.TryAdd(family.Name, family)) continue;
            if (families[family.Name].Kind == family.Kind) families[family.Name].Metrics.Add(metric);
        }
        Writer writer = new(format);
        if (target is not null) writer.Target(target);
        foreach (MetricFamily family in families.Values) writer.Family(family);
        return writer.End();
    }

    private sealed class Writer(ExpositionFormat format)
    {
        private readonly StringBuilder _text = new(64 << 10);

        private bool IsOpen => format == ExpositionFormat.OpenMetrics;

        public void Target(IEnumerable<KeyValuePair<string, object>> attributes)
        {
            _text.Append("# HELP ").Append(IsOpen ? "target" : "target_info").Append(" The process and its build.\n# TYPE ").Append(IsOpen ? "target info" : "target_info gauge").Append('\n');
            string labels = Labels(attributes.Select(pair => new KeyValuePair<string, object?>(pair.Key, pair.Value)));
            _text.Append("target_info").Append(Braces(labels)).Append(" 1\n");
        }

        public void Family(MetricFamily family)
        {
            string head = family.Kind == "counter" && !IsOpen ? family.Name + "_total" : family.Name;
            if (family.Help.Length > 0) _text.Append("# HELP ").Append(head).Append(' ').Append(Escape(family.Help, quotes: IsOpen)).Append('\n');
            _text.Append("# TYPE ").Append(head).Append(' ').Append(family.Kind).Append('\n');
            if (IsOpen && family.Unit.Length > 0) _text.Append("# UNIT ").Append(head).Append(' ').Append(family.Unit).Append('\n');
            foreach (Metric metric in family.Metrics)
            {
                foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                {
                    string labels = Labels((metric.MeterTags ?? []).Concat(Tags(point)));
                    if (family.Kind == "histogram") Histogram(family.Name, labels, point);
                    else _text.Append(family.Name).Append(family.Kind == "counter" ? "_total" : "").Append(Braces(labels)).Append(' ').Append(Value(metric.MetricType, point)).Append('\n');
                }
            }
        }

        public string End() => (IsOpen ? _text.Append("# EOF\n") : _text).ToString();

        private void Histogram(string name, string labels, in MetricPoint point)
        {
            long cumulative = 0;
            double above = double.NegativeInfinity;
            string before = labels.Length == 0 ? "" : labels + ",";
            bool some = point.TryGetExemplars(out ReadOnlyExemplarCollection exemplars);
            foreach (HistogramBucket bucket in point.GetHistogramBuckets())
            {
                cumulative += bucket.BucketCount;
                _text.Append(name).Append("_bucket{").Append(before).Append("le=\"").Append(Bound(bucket.ExplicitBound)).Append("\"} ").Append(cumulative.ToString(CultureInfo.InvariantCulture));
                if (IsOpen && some) Exemplar(exemplars, above, bucket.ExplicitBound);
                _text.Append('\n');
                above = bucket.ExplicitBound;
            }
            _text.Append(name).Append("_sum").Append(Braces(labels)).Append(' ').Append(Number(point.GetHistogramSum())).Append('\n');
            _text.Append(name).Append("_count").Append(Braces(labels)).Append(' ').Append(point.GetHistogramCount().ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        // The newest measurement in the bucket that belongs to a trace which is kept.
        private void Exemplar(in ReadOnlyExemplarCollection exemplars, double above, double bound)
        {
            (string Trace, string Span, double Value, DateTimeOffset Time)? newest = null;
            foreach (ref readonly Exemplar exemplar in exemplars)
            {
                if (exemplar.TraceId == default || exemplar.DoubleValue <= above || exemplar.DoubleValue > bound || exemplar.Timestamp < newest?.Time) continue;
                newest = (exemplar.TraceId.ToHexString(), exemplar.SpanId.ToHexString(), exemplar.DoubleValue, exemplar.Timestamp);
            }
            if (newest is { } found)
                _text.Append(CultureInfo.InvariantCulture, $" # {{trace_id=\"{found.Trace}\",span_id=\"{found.Span}\"}} {Number(found.Value)} {found.Time.ToUnixTimeMilliseconds() / 1000.0:0.000}");
        }

        private string Bound(double bound)
        {
            string text = Number(bound);
            // OpenMetrics wants floats where Prometheus is content with whole numbers.
            return IsOpen && text.All(char.IsAsciiDigit) ? text + ".0" : text;
        }

        private static string Value(MetricType type, in MetricPoint point) => (type.IsSum(), type.IsLong()) switch
        {
            (true, true) => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
            (true, false) => Number(point.GetSumDouble()),
            (false, true) => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
            _ => Number(point.GetGaugeLastValueDouble()),
        };

        private static string Number(double value) =>
            double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

        private static IEnumerable<KeyValuePair<string, object?>> Tags(in MetricPoint point)
        {
            List<KeyValuePair<string, object?>> tags = [];
            foreach (KeyValuePair<string, object?> tag in point.Tags) tags.Add(tag);
            return tags;
        }

        private static string Labels(IEnumerable<KeyValuePair<string, object?>> tags)
        {
            StringBuilder labels = new();
            HashSet<string> seen = [];
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                string name = MetricFamily.Sanitize(tag.Key);
                if (!seen.Add(name)) continue;
                if (labels.Length > 0) labels.Append(',');
                labels.Append(name).Append("=\"").Append(Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "", quotes: true)).Append('"');
            }
            return labels.ToString();
        }

        private static string Braces(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

        private static string Escape(string value, bool quotes)
        {
            string escaped = value.Replace("\\", @"\\").Replace("\n", @"\n");
            return quotes ? escaped.Replace("\"", "\\\"") : escaped;
        }
    }
}
