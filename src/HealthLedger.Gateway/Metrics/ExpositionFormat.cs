using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace HealthLedger.Gateway.Metrics;

/// <summary>The text formats in which metrics are told.</summary>
public enum ExpositionFormat
{
    /// <summary>Prometheus' text format 0.0.4: what everybody reads.</summary>
    Text,

    /// <summary>OpenMetrics 1.0: with units, and exemplars that lead from a slow bucket to its trace.</summary>
    OpenMetrics,
}

/// <summary>Chooses a format by what a scraper accepts.</summary>
public static class ExpositionFormats
{
    /// <summary>The header's worth: OpenMetrics where it is asked for at least as much as text, else text. What cannot be read means text.</summary>
    public static ExpositionFormat Negotiate(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out IList<MediaTypeHeaderValue>? types)) return ExpositionFormat.Text;
        double open = 0, text = 0;
        foreach (MediaTypeHeaderValue type in types)
        {
            double quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) && Version(type) is null or "1.0.0") open = Math.Max(open, quality);
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase) && Version(type) is null or "0.0.4") text = Math.Max(text, quality);
        }
        return open > 0 && open >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
    }

    /// <summary>The content type of a format.</summary>
    public static string ContentType(this ExpositionFormat format) => format == ExpositionFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    private static string? Version(MediaTypeHeaderValue type)
    {
        foreach (NameValueHeaderValue parameter in type.Parameters)
            if (parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase)) return parameter.Value.Value?.Trim('"');
        return null;
    }
}
